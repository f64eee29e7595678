package io.pgbackup.catalog;

import io.pgbackup.event.OperationKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A finished operation, as its repository remembers it.
 *
 * @param operationId of the operation
 * @param kind the verb
 * @param started when it began
 * @param duration how long it took
 * @param errorCode empty if it succeeded, otherwise the name of an {@link io.pgbackup.error.ErrorCode}
 * @param message why it failed; empty if it succeeded
 * @param facts what is worth knowing, for example label and bytes
 */
public record JobRecord(
        String operationId,
        OperationKind kind,
        Instant started,
        Duration duration,
        Optional<String> errorCode,
        String message,
        Map<String, String> facts) {
    /** Copies the map. */
    public JobRecord {
        facts = Map.copyOf(facts);
    }
}
