package io.pgbackup.core.engine;

import io.pgbackup.CancellationToken;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Operations for tests of the steps of a verb. */
public final class LoneOperation {
    private LoneOperation() {}

    /** A backup that somebody listens to and may cancel. */
    public static Operation backup(InstantSource clock, CancellationToken token, OperationListener listener) {
        return new Operation(
                UUID.randomUUID().toString(),
                OperationKind.BACKUP,
                clock,
                new Cancellation(Optional.of(token), Optional.empty()),
                new Listeners(List.of(listener)),
                new Patience(LeaseWatch.fresh(), Duration.ZERO));
    }

    public static Operation of(OperationKind kind, InstantSource clock) {
        return of(kind, clock, Optional.empty());
    }

    public static Operation of(OperationKind kind, InstantSource clock, Optional<CancellationToken> token) {
        return of(kind, clock, token, new Patience(LeaseWatch.fresh(), Duration.ZERO));
    }

    public static Operation of(
            OperationKind kind, InstantSource clock, Optional<CancellationToken> token, Patience patience) {
        return new Operation(
                "test", kind, clock, new Cancellation(token, Optional.empty()), new Listeners(List.of()), patience);
    }
}
