package io.pgbackup.core.engine.content;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.work.Pool;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What workers open frames with, one for each. Opened before the work that uses it and closed after it. Safe for use by many threads. */
public final class FrameWorkers implements AutoCloseable {
    private final ContentReader.Source source;
    private final Pool<FrameWorker> workers;

    /**
     * Some frames of a file.
     *
     * @param file as the newest set has it
     * @param frames that hold what is wanted; all of them, if the file is not paged
     * @param target receives it
     */
    public record Fetch(ManifestEntry.File file, List<NeededFrame> frames, FileTarget target) {}

    /**
     * Makes as many as run at once.
     *
     * @param source where content is read from
     * @param parallelism how many run at once
     */
    public FrameWorkers(ContentReader.Source source, int parallelism) {
        this.source = source;
        this.workers = new Pool<>(Stream.generate(() -> new FrameWorker(source))
                .limit(parallelism)
                .toList());
    }

    ContentReader.Source source() {
        return source;
    }

    /**
     * Bytes of a page of the source.
     *
     * @return a power of two
     */
    public int pageSize() {
        return source.pageSize();
    }

    long with(ToLongFunction<FrameWorker> use) {
        return workers.with(use::applyAsLong);
    }

    /**
     * Reads on the calling thread, for tasks that do more with the content than hand it on. What arrives at a target has been authenticated and
     * compared with its proof; the first damage is an exception.
     *
     * @param wanted whatever should be read together: ranges are joined across files
     * @return bytes read from bundles
     */
    public long fetch(List<Fetch> wanted) {
        return with(worker -> worker.fetch(wanted));
    }

    /** Lets go of keys and buffers. No worker may be reading. Idempotent. */
    @Override
    public void close() {
        workers.all().forEach(FrameWorker::close);
    }
}
