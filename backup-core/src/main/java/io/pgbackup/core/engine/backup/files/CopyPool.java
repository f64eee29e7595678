package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.work.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/**
 * As many sets of buffers as there are workers. Memory of a backup is bounded by them and by the bundles: both grow with the number of lanes. Safe for use
 * by many threads.
 */
public final class CopyPool {
    private final BlockingQueue<CopyBuffers> free;

    public CopyPool(List<LaneCopy> lanes, int workers) {
        this.free = new ArrayBlockingQueue<>(workers);
        try {
            for (int index = 0; index < workers; index++) {
                List<LaneBuffers> buffers = new ArrayList<>();
                for (LaneCopy lane : lanes) {
                    buffers.add(
                            new LaneBuffers(lane, lane.bundles().borrow(), new byte[ManifestEntry.File.PLAIN_UNIT]));
                }
                free.add(CopyBuffers.with(buffers));
            }
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }

    public <T> T with(Function<CopyBuffers, T> use) {
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

    /**
     * Sends every bundle of a lane on its way and waits until all are durable. Once for each lane, and no worker may be copying. The heartbeat may throw
     * to end the wait.
     */
    public void flush(LaneCopy lane, Runnable heartbeat) {
        free.forEach(buffers -> lane.bundles().giveBack(buffers.of(lane).bundle()));
        try {
            lane.bundles().flush(heartbeat);
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }
}
