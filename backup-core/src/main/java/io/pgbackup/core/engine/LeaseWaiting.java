package io.pgbackup.core.engine;

import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.function.Supplier;

/** Tries again and again while somebody else holds the lease, for as long as the user has patience. For one thread. */
public final class LeaseWaiting {
    private static final Duration SLICE = Duration.ofMillis(100);
    private static final Duration LONGEST_BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final Operation operation;
    private final LeaseWatch watch;
    private final long begin;

    /**
     * Begins to wait now.
     *
     * @param operation that has the patience
     */
    public LeaseWaiting(Operation operation) {
        this.operation = operation;
        this.watch = operation.patience().watch();
        this.begin = watch.nanoTime();
    }

    /**
     * Tries until it succeeds, fails for another reason than a held lease, or patience ends.
     *
     * @param taking takes the lease
     * @param <T> what it gives
     * @return what it gave
     */
    public <T> T until(Supplier<T> taking) {
        Duration between = SLICE;
        while (true) {
            try {
                return taking.get();
            } catch (ConflictException e) {
                if (e.code() != ErrorCode.LEASE_HELD || isOver()) {
                    throw e;
                }
            }
            operation.progress().phase("waiting for another backup to end");
            pause(between);
            between = between.multipliedBy(2);
            between = between.compareTo(LONGEST_BETWEEN_LOOKS) < 0 ? between : LONGEST_BETWEEN_LOOKS;
        }
    }

    private boolean isOver() {
        return watch.nanoTime() - begin >= operation.patience().limit().toNanos();
    }

    /** In slices, so that a cancellation is heard and other leases of the operation are renewed. */
    private void pause(Duration length) {
        for (Duration done = Duration.ZERO; done.compareTo(length) < 0; done = done.plus(SLICE)) {
            operation.heartbeat();
            operation.cancellation().pause(SLICE);
        }
    }
}
