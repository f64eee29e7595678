package io.pgbackup.core.engine.content;

import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.BundleReader;
import io.pgbackup.core.work.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.ToLongFunction;

/** What workers open frames with, one for each. Opened before the work that uses it and closed after it. Safe for use by many threads. */
public final class FrameWorkers implements AutoCloseable {
    private final ContentReader.Source source;
    private final BlockingQueue<FrameWorker> free;
    private final List<FrameWorker> all = new ArrayList<>();

    /**
     * Makes as many as run at once.
     *
     * @param source where content is read from
     * @param parallelism how many run at once
     */
    public FrameWorkers(ContentReader.Source source, int parallelism) {
        this.source = source;
        this.free = new ArrayBlockingQueue<>(parallelism);
        FrameFingerprint fingerprint = new FrameFingerprint(source.seed());
        for (int index = 0; index < parallelism; index++) {
            all.add(new FrameWorker(source.sets(), fingerprint, new BundleReader(source.repository())));
        }
        free.addAll(all);
    }

    ContentReader.Source source() {
        return source;
    }

    long with(ToLongFunction<FrameWorker> use) {
        FrameWorker worker;
        try {
            worker = free.take();
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
        try {
            return use.applyAsLong(worker);
        } finally {
            free.add(worker);
        }
    }

    /** Lets go of keys and buffers. No worker may be reading. Idempotent. */
    @Override
    public void close() {
        all.forEach(FrameWorker::close);
    }
}
