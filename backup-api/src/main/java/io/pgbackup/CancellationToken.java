package io.pgbackup;

/**
 * A way to cancel an operation from another thread, beside interrupting the thread that runs it. Once cancelled, always cancelled. Safe for use by
 * many threads.
 */
public final class CancellationToken {
    private volatile boolean cancelled;

    /** Makes a token that is not cancelled. */
    public CancellationToken() {}

    /** Asks every operation that carries this token to stop soon. Idempotent. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Whether {@link #cancel()} was called.
     *
     * @return true from then on
     */
    public boolean isCancelled() {
        return cancelled;
    }
}
