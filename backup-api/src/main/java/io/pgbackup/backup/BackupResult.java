package io.pgbackup.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A backup that is committed.
 *
 * @param backup the facts, as {@code info} will tell them
 * @param requested the type asked for; empty for {@link BackupRequest#auto()}
 * @param detection how changed pages were found, and why so, for people
 * @param badPages pages that failed their check, at most 10 000
 * @param warnings what a person should know
 * @param duration from call to commit
 */
public record BackupResult(
        BackupInfo backup,
        Optional<BackupType> requested,
        String detection,
        List<BadPage> badPages,
        List<Warning> warnings,
        Duration duration) {
    /** Copies the lists. */
    public BackupResult {
        badPages = List.copyOf(badPages);
        warnings = List.copyOf(warnings);
    }

    /**
     * The label.
     *
     * @return the name of the backup in its repository
     */
    public BackupLabel label() {
        return backup.label();
    }

    /**
     * What an interrupted attempt had stored already and was not stored again.
     *
     * @return without labels if there was no attempt to resume, or nothing of it was of use
     */
    public AdoptedWork adopted() {
        return backup.adopted();
    }
}
