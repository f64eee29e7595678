package io.pgbackup.core.storage;

import io.pgbackup.storage.StorageUnavailableException;
import java.time.Duration;

/** Hears of every attempt that failed because the store was unavailable. Called by the thread that made the attempt. */
@FunctionalInterface
public interface RetryListener {
    /**
     * One attempt failed. What this method throws is logged and otherwise ignored.
     *
     * @param attempt which one, and what happens next
     */
    void attemptFailed(FailedAttempt attempt);

    /**
     * A listener that does nothing.
     *
     * @return the listener
     */
    static RetryListener none() {
        return attempt -> {};
    }

    /**
     * An attempt that failed.
     *
     * @param operation what was attempted, for example {@code create billing/format}
     * @param number 1 for the first attempt
     * @param elapsed since the first attempt began
     * @param failure what the store or the network said
     * @param delay how long the next attempt will wait; zero if this was the last one
     * @param last whether this was the last attempt
     */
    record FailedAttempt(
            String operation,
            int number,
            Duration elapsed,
            StorageUnavailableException failure,
            Duration delay,
            boolean last) {}
}
