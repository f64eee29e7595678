package io.pgbackup.core.postgres.session;

import io.pgbackup.core.postgres.ClusterState;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;

/**
 * Where a backup of a standby ends. The server writes no record of it: a restored directory is consistent once it has replayed up to the minimum recovery point
 * of its control file, which no page that was copied before that file is ahead of.
 */
public final class StandbyBackup {
    private StandbyBackup() {}

    /**
     * Judges what the server said against the control file.
     *
     * @param stopped as the server said
     * @param last the control file that goes into the backup, read behind all other files and before the stop
     * @return the same backup, ending where a restored server becomes consistent
     * @throws ClusterException {@code SESSION_LOST} if the standby changed its role or its timeline in between
     */
    public static StoppedBackup ended(StoppedBackup stopped, ControlFile last) {
        if (last.state() != ClusterState.ARCHIVE_RECOVERY) {
            throw lost("its control file no longer says that it is a standby");
        }
        long timeline = stopped.started().timeline().value();
        if (last.minRecoveryPointTimeline() != timeline) {
            throw lost("it began on timeline " + timeline + " and ended on " + last.minRecoveryPointTimeline());
        }
        if (last.minRecoveryPoint().compareTo(stopped.started().start()) <= 0
                || last.minRecoveryPoint().compareTo(stopped.stop()) > 0) {
            throw lost("its minimum recovery point " + last.minRecoveryPoint() + " is not between start and stop");
        }
        return new StoppedBackup(
                stopped.started(), last.minRecoveryPoint(), stopped.backupLabel(), stopped.tablespaceMap());
    }

    private static ClusterException lost(String what) {
        return new ClusterException(
                ErrorCode.SESSION_LOST,
                "what was copied from the standby is worthless: " + what,
                "repeat the backup when a checkpoint of the primary has reached the standby");
    }
}
