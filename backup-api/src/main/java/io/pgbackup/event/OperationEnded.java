package io.pgbackup.event;

import io.pgbackup.error.PgBackupException;
import java.time.Duration;
import java.util.Optional;

/**
 * An operation ended, one way or the other.
 *
 * @param operationId as in {@link OperationStarted}
 * @param kind the verb
 * @param duration from begin to end
 * @param failure empty if it succeeded
 */
public record OperationEnded(
        String operationId, OperationKind kind, Duration duration, Optional<PgBackupException> failure) {}
