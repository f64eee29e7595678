package io.pgbackup.core.postgres;

import java.time.Duration;

/** A pause between two tries; injected so that tests do not wait. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface Pause {
    /**
     * Waits.
     *
     * @param duration how long; zero returns at once
     * @throws io.pgbackup.error.OperationCancelledException if the thread is interrupted; the interrupt flag stays set
     */
    void pause(Duration duration);

    /**
     * The pause of a real clock.
     *
     * @return a pause that lets the thread sleep
     */
    static Pause sleeping() {
        return duration -> {
            try {
                Thread.sleep(duration.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new io.pgbackup.error.OperationCancelledException(
                        io.pgbackup.error.ErrorCode.CANCELLED,
                        "interrupted between two tries",
                        "The operation was cancelled; start it again when wanted.",
                        e);
            }
        };
    }
}
