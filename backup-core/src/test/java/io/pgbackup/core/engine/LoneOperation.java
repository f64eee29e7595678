package io.pgbackup.core.engine;

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
        return new Operation(
                "test",
                kind,
                clock,
                new Cancellation(Optional.empty(), Optional.empty()),
                new Listeners(List.of()),
                new Patience(LeaseWatch.fresh(), Duration.ZERO));
    }
}
