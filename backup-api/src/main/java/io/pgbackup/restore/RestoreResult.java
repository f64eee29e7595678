package io.pgbackup.restore;

import java.time.Duration;

/**
 * A restore that is complete and durable: the server can be started.
 *
 * @param operationId of the operation
 * @param plan what was done
 * @param files number of files of the restored cluster
 * @param bytesWritten bytes that were fetched and written
 * @param bytesReused bytes that lay in the directory already and were found equal
 * @param bytesRead bytes read from the repository, compressed
 * @param duration from call to end
 */
public record RestoreResult(
        String operationId,
        RestorePlan plan,
        long files,
        long bytesWritten,
        long bytesReused,
        long bytesRead,
        Duration duration) {}
