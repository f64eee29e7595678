package io.pgbackup.core.engine;

import io.pgbackup.CancellationToken;
import io.pgbackup.core.repository.LeaseWatch;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Calls of verbs for tests of the rooms below the façade. */
public final class TestOperations {
    private TestOperations() {}

    public static Operation of(OperationKind kind) {
        return of(kind, Optional.empty(), List.of());
    }

    public static Operation of(
            OperationKind kind, Optional<CancellationToken> token, List<OperationListener> listeners) {
        return new Operation(
                "test",
                kind,
                InstantSource.system(),
                new Cancellation(token, Optional.empty()),
                new Listeners(listeners),
                new Patience(LeaseWatch.fresh(), Duration.ZERO));
    }
}
