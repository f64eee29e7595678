package io.pgbackup.core.work;

import io.pgbackup.CancellationToken;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Whether an operation should stop: by token, deadline or interrupt of the calling thread. Safe for use by many threads. */
public final class Cancellation {
    private static final String HINT = "call again; what an unfinished operation had stored is not listed";

    private final Optional<CancellationToken> token;
    private final Optional<Duration> deadline;
    private final long begin = System.nanoTime();

    /**
     * Begins now.
     *
     * @param token of the user, if any
     * @param deadline counted from now, if any
     */
    public Cancellation(Optional<CancellationToken> token, Optional<Duration> deadline) {
        this.token = token;
        this.deadline = deadline;
    }

    /**
     * Fails if the operation should stop.
     *
     * @throws OperationCancelledException with the interrupt flag of the thread still set if that was the reason
     */
    public void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new OperationCancelledException(ErrorCode.CANCELLED, "the calling thread was interrupted", HINT);
        }
        if (token.filter(CancellationToken::isCancelled).isPresent()) {
            throw new OperationCancelledException(ErrorCode.CANCELLED, "the operation was cancelled", HINT);
        }
        if (deadline.isPresent() && elapsed().compareTo(deadline.get()) > 0) {
            throw new OperationCancelledException(
                    ErrorCode.CANCELLED, "the operation ran past its deadline of " + deadline.get(), HINT);
        }
    }

    /**
     * Sets the interrupt flag again and says that the operation stops.
     *
     * @param cause the interrupt
     * @return to be thrown
     */
    public static OperationCancelledException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new OperationCancelledException(ErrorCode.CANCELLED, "the calling thread was interrupted", HINT, cause);
    }

    /**
     * Time since the begin.
     *
     * @return by the monotonic clock
     */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /**
     * Waits a moment, unless the operation should stop.
     *
     * @param moment how long
     */
    public void pause(Duration moment) {
        check();
        try {
            TimeUnit.NANOSECONDS.sleep(moment.toNanos());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }
}
