package io.pgbackup.core.engine.copy;

import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.FrameWorkers.Fetch;
import io.pgbackup.core.engine.copy.Window.PendingFile;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.repository.set.BundleWriter;
import io.pgbackup.core.repository.set.BundleWriters;
import io.pgbackup.core.repository.set.ManifestWriter;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.Pool;
import io.pgbackup.core.work.ProgressMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Copies the content of a set into bundles of another one, and writes the new manifest in the order of the paths. The workers read, prove, compress
 * and encrypt; memory is their buffers and the bundles. For one thread, which does no heavy work itself.
 */
final class ContentCopier implements SetEntries.Sink {
    private final FrameWorkers workers;
    private final BundleWriters bundles;
    private final Pool<CopyBuffers> buffers;
    private final OrderedWork work;
    private final ManifestWriter manifest;
    private final ProgressMeter progress;
    private final int pageSize;
    private final LongAdder bytesRead = new LongAdder();
    private final CopyCounts counts = new CopyCounts();
    private Window window = new Window();

    ContentCopier(
            FrameWorkers workers,
            BundleWriters bundles,
            Pool<CopyBuffers> buffers,
            OrderedWork work,
            ManifestWriter manifest,
            ProgressMeter progress) {
        this.workers = workers;
        this.bundles = bundles;
        this.buffers = buffers;
        this.work = work;
        this.manifest = manifest;
        this.progress = progress;
        this.pageSize = workers.pageSize();
    }

    @Override
    public void entry(ManifestEntry entry) {
        then(() -> manifest.add(entry));
    }

    @Override
    public void file(FileContent content) {
        PendingFile file = new PendingFile(content);
        if (content.inOneGo(pageSize)) {
            endWindow();
            work.submit(() -> copyInOneGo(content), file::add);
        } else {
            for (Stretch stretch :
                    content.stretches(Window.BYTES / content.file().unitSize(pageSize))) {
                if (!window.hasRoomFor(stretch, pageSize)) {
                    endWindow();
                }
                window.add(file, stretch, pageSize);
            }
        }
        then(() -> finish(file));
    }

    private void then(Runnable action) {
        window.then(action);
        if (window.isFull()) {
            endWindow();
        }
    }

    private void finish(PendingFile file) {
        ManifestEntry.File entry = file.entry();
        counts.add(file.content(), entry);
        manifest.add(entry);
        progress.addFile();
    }

    private void endWindow() {
        Window ended = window;
        window = new Window();
        if (!ended.stretches().isEmpty()) {
            work.submit(() -> copy(ended.stretches()), ended::stored);
        }
        work.then(ended::end);
    }

    private List<List<FrameRef>> copy(List<Stretch> stretches) {
        return buffers.with(lent -> {
            List<Stretch.Placed> placed = new ArrayList<>();
            int offset = 0;
            for (Stretch stretch : stretches) {
                placed.add(stretch.new Placed(lent.window(), offset, pageSize));
                offset += stretch.size(pageSize);
            }
            fetch(placed.stream().map(Stretch.Placed::fetch).toList());
            progress.addBytes(offset);
            return writing(bundle -> placed.stream()
                    .map(stretch -> stretch.store(bundle, lent.frame()))
                    .toList());
        });
    }

    private List<FrameRef> copyInOneGo(FileContent content) {
        return writing(bundle -> {
            List<FrameRef> stored = new ArrayList<>();
            fetch(List.of(new Fetch(content.file(), content.frames(), new FileTarget() {
                @Override
                public void write(long position, byte[] bytes, int offset, int length) {
                    UnitRuns unit = UnitRuns.of((int) (position / ManifestEntry.File.PLAIN_UNIT), 1);
                    byte[] plain = offset == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, offset, offset + length);
                    stored.add(bundle.write(content.file().path(), ManifestEntry.File.PLAIN_UNIT, unit, plain, length));
                    progress.addBytes(length);
                }

                @Override
                public void complete() {}
            })));
            return stored;
        });
    }

    private void fetch(List<Fetch> wanted) {
        bytesRead.add(workers.fetch(wanted));
    }

    private <T> T writing(Function<BundleWriter, T> use) {
        try {
            BundleWriter bundle = bundles.borrow();
            try {
                return use.apply(bundle);
            } finally {
                bundles.giveBack(bundle);
            }
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }

    /** Waits until all entries so far are in the manifest. */
    void drain() {
        endWindow();
        work.drain();
    }

    /** Bytes read from bundles of the source. */
    long bytesRead() {
        return bytesRead.sum();
    }

    CopyCounts counts() {
        return counts;
    }
}
