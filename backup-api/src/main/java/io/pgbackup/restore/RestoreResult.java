package io.pgbackup.restore;

import java.time.Duration;

/**
 * A restore that is complete and durable: the server can be started.
 *
 * @param operationId of the operation
 * @param plan what was done
 * @param files number of files written
 * @param bytesWritten bytes written
 * @param bytesRead bytes read from the repository
 * @param duration from call to end
 */
public record RestoreResult(
        String operationId, RestorePlan plan, long files, long bytesWritten, long bytesRead, Duration duration) {}
