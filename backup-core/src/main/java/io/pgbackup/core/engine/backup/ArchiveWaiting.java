package io.pgbackup.core.engine.backup;

import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.List;

/** Waits until WAL has come into an archive, as long as it keeps coming. For one thread. */
final class ArchiveWaiting {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final WalArchive archive;
    private final Cancellation cancellation;
    private final Runnable heartbeat;

    ArchiveWaiting(WalArchive archive, Cancellation cancellation, Runnable heartbeat) {
        this.archive = archive;
        this.cancellation = cancellation;
        this.heartbeat = heartbeat;
    }

    /** Returns when all are there; fails if the next one does not come in time. */
    void await(List<WalFileName> segments, Duration patience) {
        for (WalFileName segment : segments) {
            Duration since = cancellation.elapsed();
            while (!archive.holds(segment)) {
                heartbeat.run();
                if (cancellation.elapsed().minus(since).compareTo(patience) > 0) {
                    throw late(segment, patience);
                }
                cancellation.pause(PAUSE);
            }
        }
    }

    private ClusterException late(WalFileName segment, Duration patience) {
        return new ClusterException(
                ErrorCode.WAL_MISSING,
                "WAL segment " + segment + " did not come into repository "
                        + archive.repository().name() + " within " + patience
                        + ": without it the backup is worth nothing",
                "look into pg_stat_archiver, the server's log, and whether whatever archives is running; or take a backup that"
                        + " holds its own WAL, without walFromArchive()");
    }
}
