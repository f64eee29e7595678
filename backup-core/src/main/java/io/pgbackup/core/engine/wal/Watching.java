package io.pgbackup.core.engine.wal;

import io.pgbackup.error.OperationCancelledException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time in which somebody watches: as long as the service or the receiver is open that began it. Of several, one looks. Closed by any thread. */
final class Watching implements AutoCloseable {
    /** What lasts is told when it was seen twice, so within a minute. */
    static final Duration PERIOD = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(Watching.class);

    private final WalWatch watch;
    private final WalLanes lanes;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Watching(WalWatch watch, WalLanes lanes) {
        this.watch = watch;
        this.lanes = lanes;
    }

    static Watching begin(WalWatch watch, WalLanes lanes, Duration period) {
        Watching watching = new Watching(watch, lanes);
        lanes.executor().execute(() -> watching.run(period));
        return watching;
    }

    private void run(Duration period) {
        try {
            while (!ended.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                if (lanes.takeWatch(this)) {
                    look();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lanes.leaveWatch(this);
        }
    }

    private void look() {
        try {
            watch.look();
        } catch (OperationCancelledException e) {
            ended.countDown();
        } catch (RuntimeException e) {
            LOG.warn("the archives could not be looked at: {}", e.getMessage());
        }
    }

    /** Looks no more; a look that has begun may still end. Idempotent. */
    @Override
    public void close() {
        ended.countDown();
    }
}
