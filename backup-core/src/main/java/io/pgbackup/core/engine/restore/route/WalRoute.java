package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.restore.WalPlan;
import java.util.List;
import java.util.Optional;

/**
 * How recovery comes from a backup to its target. Immutable.
 *
 * @param plan as users see it
 * @param source where the WAL is that is brought; empty if none is
 * @param part what was received of the last file that is brought, which is nowhere as a whole; empty if all are whole
 * @param settings with which the server recovers
 * @param doubt what a person should know of where recovery ends: it is before WAL that is missing, or nothing tells; empty if all is well
 */
public record WalRoute(
        WalPlan plan,
        Optional<LogSource> source,
        Optional<Part> part,
        RecoverySettings settings,
        Optional<String> doubt) {
    /**
     * The begin of a segment.
     *
     * @param segment which
     * @param end behind its last byte
     * @param size of the cluster's segments
     */
    public record Part(WalFileName segment, Lsn end, WalSegmentSize size) {}

    /**
     * What is brought into the restored directory.
     *
     * @return in order
     */
    public List<WalFileName> files() {
        return plan.files().stream().map(WalFileName::parse).toList();
    }

    /**
     * How much room that needs.
     *
     * @param segment size of the cluster's segments
     * @return bytes
     */
    public long bytes(WalSegmentSize segment) {
        return (long) plan.files().size() * segment.bytes();
    }
}
