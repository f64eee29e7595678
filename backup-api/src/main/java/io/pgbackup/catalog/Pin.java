package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import java.time.Instant;
import java.util.Optional;

/**
 * A backup that expire leaves alone, with everything it leans on.
 *
 * @param repository name of the repository that holds it
 * @param label the backup
 * @param reason why, as whoever pinned it said
 * @param since when it was pinned, by the clock of that host
 * @param until when the pin ends; empty if it stays until it is taken away
 */
public record Pin(String repository, BackupLabel label, String reason, Instant since, Optional<Instant> until) {
    /**
     * Whether the pin still holds.
     *
     * @param now the time
     * @return true until its end, the end excluded
     */
    public boolean holds(Instant now) {
        return until.map(now::isBefore).orElse(true);
    }
}
