package io.pgbackup.wal;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * Where one could recover to from a backup with the WAL of the same repository: every point from the end of the backup to the end of the unbroken WAL that
 * follows it, along the newest timeline that leads on from it.
 *
 * @param repository name of the repository
 * @param backup from which
 * @param timeline on which the end lies
 * @param earliest end of the backup
 * @param earliestTime when the backup was complete
 * @param latest end of the last archived segment that follows without a gap; equal to {@code earliest} if there is none
 * @param latestTime when that segment came into the repository, by the clock of the store; equal to {@code earliestTime} if there is none
 * @param gap what is missing at the end although WAL follows it, or although it was given up on purpose; empty if the window ends with the newest WAL
 */
public record RecoveryWindow(
        String repository,
        BackupLabel backup,
        long timeline,
        Lsn earliest,
        Instant earliestTime,
        Lsn latest,
        Instant latestTime,
        Optional<WalGap> gap) {}
