package io.pgbackup.core.engine;

import io.pgbackup.CancellationToken;
import io.pgbackup.core.repository.LeaseWatch;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.event.OperationKind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** An operation that nobody listens to, for tests of the steps of a verb. */
public final class LoneOperation {
    private LoneOperation() {}

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
