package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.List;

/** Where a backup ended and what must lie in the restored directory. Immutable. */
public final class StoppedBackup {
    private final StartedBackup started;
    private final Lsn stop;
    private final byte[] label;
    private final byte[] tablespaceMap;

    /**
     * A backup that has ended.
     *
     * @param started where it began
     * @param stop where it ended
     * @param label the file {@code backup_label}; empty if there shall be none
     * @param tablespaceMap the file {@code tablespace_map}; empty if there shall be none
     */
    public StoppedBackup(StartedBackup started, Lsn stop, byte[] label, byte[] tablespaceMap) {
        this.started = started;
        this.stop = stop;
        this.label = label.clone();
        this.tablespaceMap = tablespaceMap.clone();
    }

    /**
     * Where it began.
     *
     * @return start and timeline
     */
    public StartedBackup started() {
        return started;
    }

    /**
     * All WAL before this position is needed.
     *
     * @return a position, possibly exactly at the border of two segments
     */
    public Lsn stop() {
        return stop;
    }

    /**
     * The file {@code backup_label}, byte for byte.
     *
     * @return a copy; empty for a server that was shut down
     */
    public byte[] backupLabel() {
        return label.clone();
    }

    /**
     * The file {@code tablespace_map}, byte for byte.
     *
     * @return a copy; empty if there shall be no such file
     */
    public byte[] tablespaceMap() {
        return tablespaceMap.clone();
    }

    /**
     * The segments without which the backup is worth nothing.
     *
     * @param size of the cluster's segments
     * @return in order, at least one
     */
    public List<WalFileName> segments(WalSegmentSize size) {
        return size.filesOf(started.timeline(), started.start(), stop);
    }
}
