package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.util.List;

/**
 * What an expire did.
 *
 * @param operationId of the operation
 * @param deleted the backups that are gone
 * @param postponed backups that were chosen but stay until a running operation that leans on them has ended
 * @param bytesFreed bytes of the objects that were deleted
 * @param warnings what a person should know
 * @param duration from call to end
 */
public record ExpireResult(
        String operationId,
        List<BackupLabel> deleted,
        List<BackupLabel> postponed,
        long bytesFreed,
        List<Warning> warnings,
        Duration duration) {
    /** Copies the lists. */
    public ExpireResult {
        deleted = List.copyOf(deleted);
        postponed = List.copyOf(postponed);
        warnings = List.copyOf(warnings);
    }
}
