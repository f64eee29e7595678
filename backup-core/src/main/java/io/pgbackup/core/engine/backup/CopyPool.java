package io.pgbackup.core.engine.backup;

import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.work.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/** As many sets of buffers as there are workers. Memory of a backup is bounded by them and by the bundles. Safe for use by many threads. */
final class CopyPool {
    private final BundleWriters bundles;
    private final BlockingQueue<CopyBuffers> free;

    CopyPool(BundleWriters bundles, int workers) {
        this.bundles = bundles;
        this.free = new ArrayBlockingQueue<>(workers);
        try {
            for (int index = 0; index < workers; index++) {
                free.add(CopyBuffers.with(bundles.borrow()));
            }
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }

    <T> T with(Function<CopyBuffers, T> use) {
        CopyBuffers buffers;
        try {
            buffers = free.take();
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
        try {
            return use.apply(buffers);
        } finally {
            free.add(buffers);
        }
    }

    /** Sends every bundle on its way and waits until all are durable. No worker may be copying. The heartbeat may throw to end the wait. */
    void flush(Runnable heartbeat) {
        List<CopyBuffers> all = new ArrayList<>();
        free.drainTo(all);
        all.forEach(buffers -> bundles.giveBack(buffers.bundle()));
        try {
            bundles.flush(heartbeat);
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }
}
