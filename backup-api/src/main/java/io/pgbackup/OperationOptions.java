package io.pgbackup;

import io.pgbackup.event.OperationListener;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** What may accompany any operation. Immutable. */
public final class OperationOptions {
    private static final OperationOptions NONE =
            new OperationOptions(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO);

    private final Optional<OperationListener> listener;
    private final Optional<CancellationToken> cancellation;
    private final Optional<Duration> deadline;
    private final Duration waitForLease;

    private OperationOptions(
            Optional<OperationListener> listener,
            Optional<CancellationToken> cancellation,
            Optional<Duration> deadline,
            Duration waitForLease) {
        this.listener = listener;
        this.cancellation = cancellation;
        this.deadline = deadline;
        this.waitForLease = waitForLease;
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
        return new OperationOptions(Optional.of(added), cancellation, deadline, waitForLease);
    }

    /**
     * With a token.
     *
     * @param token stops the operation when cancelled
     * @return new options
     */
    public OperationOptions cancellation(CancellationToken token) {
        return new OperationOptions(listener, Optional.of(token), deadline, waitForLease);
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
        return new OperationOptions(listener, cancellation, Optional.of(limit), waitForLease);
    }

    /**
     * With patience for another backup of the same cluster in the same repository: waits until it has ended, or until its lease has been silent for so long
     * that its process counts as dead, and then goes on. Without this a backup fails at once with
     * {@link io.pgbackup.error.ErrorCode#LEASE_HELD}.
     *
     * @param limit how long to wait at most for the lease of one repository; more than 15 minutes are needed to outlast a dead process
     * @return new options
     */
    public OperationOptions waitForLease(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        if (limit.isNegative()) {
            throw new IllegalArgumentException("nobody waits for " + limit);
        }
        return new OperationOptions(listener, cancellation, deadline, limit);
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

    /**
     * How long to wait for the lease of a repository.
     *
     * @return zero if not at all
     */
    public Duration waitForLease() {
        return waitForLease;
    }
}
