package io.pgbackup.core.engine.content;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.RangeJoiner;
import io.pgbackup.core.block.RangeJoiner.Range;
import io.pgbackup.core.block.RangeJoiner.Wanted;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.RepositoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads files out of sets. Frames of neighbouring files are collected, joined into ranges and given to workers; what arrives at a target has been
 * authenticated and compared with its proof. For one thread.
 */
public final class ContentReader {
    /** Hears of files whose content is not what it should be. May throw, which ends the reading. Called by any worker. */
    @FunctionalInterface
    public interface Damage {
        /**
         * A file is damaged.
         *
         * @param file which one
         * @param failure what is wrong
         */
        void found(ManifestEntry.File file, RepositoryException failure);
    }

    private static final int MOST_FRAMES = 4096;
    private static final long MOST_BYTES = 64 << 20;

    private final OrderedWork work;
    private final ProgressMeter progress;
    private final Damage damage;
    private final int pageSize;
    private final FrameWorkers workers;
    private final List<Wanted<WantedFile>> collected = new ArrayList<>();
    private final LongAdder bytesRead = new LongAdder();
    private long collectedBytes;

    /**
     * Where content is read from.
     *
     * @param repository where
     * @param sets the chain, oldest first
     * @param pageSize of the cluster, in bytes
     * @param seed of the fingerprints
     */
    public record Source(OpenRepository repository, List<SetLayout> sets, int pageSize, long seed) {
        /** Copies the list. */
        public Source {
            sets = List.copyOf(sets);
        }
    }

    /**
     * Begins without files.
     *
     * @param workers open frames; closed after the work
     * @param work runs them
     * @param progress counts
     * @param damage hears of damage
     */
    public ContentReader(FrameWorkers workers, OrderedWork work, ProgressMeter progress, Damage damage) {
        this.workers = workers;
        this.work = work;
        this.progress = progress;
        this.damage = damage;
        this.pageSize = workers.source().pageSize();
    }

    /**
     * Reads a file; it may arrive much later.
     *
     * @param file as the newest set has it
     * @param frames that hold what is wanted
     * @param target receives it
     */
    public void read(ManifestEntry.File file, List<NeededFrame> frames, FileTarget target) {
        WantedFile wanted = new WantedFile(file, target, file.unitSize(pageSize), frames.size());
        if (frames.isEmpty()) {
            work.submit(() -> complete(target), ignored -> progress.addFile());
        } else if (wanted.inOrder(pageSize)) {
            work.submit(() -> sequentially(wanted, frames), this::count);
        } else {
            for (NeededFrame frame : frames) {
                collected.add(new Wanted<>(frame, wanted));
                collectedBytes += frame.frame().stored();
            }
            if (collected.size() >= MOST_FRAMES || collectedBytes >= MOST_BYTES) {
                submit();
            }
        }
    }

    /** Even an empty file is made and forced to the disk: work for a worker, not for the thread that feeds all of them. */
    private static FileTarget complete(FileTarget target) {
        target.complete();
        return target;
    }

    private void submit() {
        for (Range<WantedFile> range : RangeJoiner.join(collected)) {
            work.submit(() -> copy(range), this::count);
        }
        collected.clear();
        collectedBytes = 0;
    }

    private void count(long bytes) {
        progress.addBytes(bytes);
    }

    private long copy(Range<WantedFile> range) {
        bytesRead.add(range.length());
        return workers.with(worker -> worker.copy(range, damage));
    }

    private long sequentially(WantedFile file, List<NeededFrame> frames) {
        frames.forEach(frame -> bytesRead.add(frame.frame().stored()));
        return workers.with(worker -> {
            try {
                return worker.copySequentially(file, frames);
            } catch (RepositoryException e) {
                damage.found(file.file(), e);
                return 0L;
            }
        });
    }

    /** Waits until everything has arrived. */
    public void drain() {
        submit();
        work.drain();
    }

    /**
     * Bytes read from the repository so far.
     *
     * @return of bundles
     */
    public long bytesRead() {
        return bytesRead.sum();
    }
}
