package io.pgbackup.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.util.ArrayList;
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
 * @param expired what the expire after the backup did; empty if none was asked for, or if it failed, which is a warning
 */
public record BackupResult(
        BackupInfo backup,
        Optional<BackupType> requested,
        String detection,
        List<BadPage> badPages,
        List<Warning> warnings,
        Duration duration,
        Optional<ExpireResult> expired) {
    /** Copies the lists. */
    public BackupResult {
        badPages = List.copyOf(badPages);
        warnings = List.copyOf(warnings);
    }

    /**
     * A backup without an expire behind it.
     *
     * @param backup the facts, as {@code info} will tell them
     * @param requested the type asked for
     * @param detection how changed pages were found
     * @param badPages pages that failed their check
     * @param warnings what a person should know
     * @param duration from call to commit
     */
    public BackupResult(
            BackupInfo backup,
            Optional<BackupType> requested,
            String detection,
            List<BadPage> badPages,
            List<Warning> warnings,
            Duration duration) {
        this(backup, requested, detection, badPages, warnings, duration, Optional.empty());
    }

    /**
     * The same with the expire that followed.
     *
     * @param expire what it did
     * @return a new result
     */
    public BackupResult followedBy(ExpireResult expire) {
        return new BackupResult(backup, requested, detection, badPages, warnings, duration, Optional.of(expire));
    }

    /**
     * The same with one more warning.
     *
     * @param warning what a person should know
     * @return a new result
     */
    public BackupResult withWarning(Warning warning) {
        List<Warning> more = new ArrayList<>(warnings);
        more.add(warning);
        return new BackupResult(backup, requested, detection, badPages, more, duration, expired);
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
