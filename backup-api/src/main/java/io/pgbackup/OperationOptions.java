package io.pgbackup;

import io.pgbackup.event.OperationListener;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** What may accompany any operation. Immutable. */
public final class OperationOptions {
    private static final OperationOptions NONE =
            new OperationOptions(Optional.empty(), Optional.empty(), Optional.empty());

    private final Optional<OperationListener> listener;
    private final Optional<CancellationToken> cancellation;
    private final Optional<Duration> deadline;

    private OperationOptions(
            Optional<OperationListener> listener,
            Optional<CancellationToken> cancellation,
            Optional<Duration> deadline) {
        this.listener = listener;
        this.cancellation = cancellation;
        this.deadline = deadline;
    }

    /**
     * No options.
     *
     * @return the empty options
     */
    public static OperationOptions none() {
        return NONE;
    }

    /**
     * With a listener, called in addition to the one of the {@link PgBackup}.
     *
     * @param added hears this operation only
     * @return new options
     */
    public OperationOptions listener(OperationListener added) {
        return new OperationOptions(Optional.of(added), cancellation, deadline);
    }

    /**
     * With a token.
     *
     * @param token stops the operation when cancelled
     * @return new options
     */
    public OperationOptions cancellation(CancellationToken token) {
        return new OperationOptions(listener, Optional.of(token), deadline);
    }

    /**
     * With a time after which the operation is cancelled.
     *
     * @param limit counted from the begin of the operation; positive
     * @return new options
     */
    public OperationOptions deadline(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("a deadline is positive, not " + limit);
        }
        return new OperationOptions(listener, cancellation, Optional.of(limit));
    }

    /**
     * The listener.
     *
     * @return empty if none
     */
    public Optional<OperationListener> listener() {
        return listener;
    }

    /**
     * The token.
     *
     * @return empty if none
     */
    public Optional<CancellationToken> cancellation() {
        return cancellation;
    }

    /**
     * The time limit.
     *
     * @return empty if none
     */
    public Optional<Duration> deadline() {
        return deadline;
    }
}
