package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.util.List;

/**
 * What an expire did.
 *
 * @param operationId of the operation
 * @param deleted the backups that are gone, by this call; they may have been chosen by an earlier one
 * @param waiting backups that were chosen and go when the grace for their readers is over
 * @param postponed backups that were chosen but stay because a running operation or another backup leans on them
 * @param abandoned backups that never were completed and whose remains are gone
 * @param walFiles number of archived WAL files that no backup needs any more and that are gone
 * @param bytesFreed bytes of the objects that were deleted
 * @param warnings what a person should know
 * @param duration from call to end
 */
public record ExpireResult(
        String operationId,
        List<BackupLabel> deleted,
        List<BackupLabel> waiting,
        List<BackupLabel> postponed,
        List<BackupLabel> abandoned,
        long walFiles,
        long bytesFreed,
        List<Warning> warnings,
        Duration duration) {
    /** Copies the lists. */
    public ExpireResult {
        deleted = List.copyOf(deleted);
        waiting = List.copyOf(waiting);
        abandoned = List.copyOf(abandoned);
        postponed = List.copyOf(postponed);
        warnings = List.copyOf(warnings);
    }
}
