package io.pgbackup.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.util.List;

/**
 * What a copy or a combination has done.
 *
 * @param operationId the operation
 * @param backups the backups asked for, as the target has them now, in order of time
 * @param copied what was written into the target, oldest first; that may be more than what was asked for
 * @param bytesRead bytes read from the bundles of the source
 * @param bytesStored bytes stored in the target
 * @param warnings what a person should know
 * @param duration of the call
 */
public record CopyResult(
        String operationId,
        List<BackupInfo> backups,
        List<Copied> copied,
        long bytesRead,
        long bytesStored,
        List<Warning> warnings,
        Duration duration) {
    /**
     * A backup that was written.
     *
     * @param source its name in the repository it was read from
     * @param backup what was made of it
     */
    public record Copied(BackupLabel source, BackupInfo backup) {}

    /** Copies the lists. */
    public CopyResult {
        backups = List.copyOf(backups);
        copied = List.copyOf(copied);
        warnings = List.copyOf(warnings);
    }

    /**
     * The newest of the backups asked for.
     *
     * @return its name in the target
     * @throws IllegalStateException if all backups of an empty repository were asked for
     */
    public BackupLabel label() {
        if (backups.isEmpty()) {
            throw new IllegalStateException("there was nothing to copy");
        }
        return backups.get(backups.size() - 1).label();
    }
}
