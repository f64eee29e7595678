package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.util.List;
import java.util.Optional;

/**
 * The files of one cluster, wherever they come from. Everything but a file that vanished, which is normal in a living cluster, is reported
 * as an error: a backup with a hole that nobody mentions is worse than none. Safe for use by many threads; the scans and files it hands out
 * say for themselves.
 */
public interface ClusterFiles extends AutoCloseable {
    /**
     * Reads {@code global/pg_control}, again if it was just being written. A backup stores the bytes of a read made after all other files.
     *
     * @return the contents, checksum checked
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} or {@code UNSUPPORTED_SERVER}
     */
    ControlFile readControlFile();

    /**
     * Begins a walk over all that a backup holds. What PostgreSQL itself leaves out of a base backup is left out; directories that must
     * exist are entries even where their contents are not; {@code global/pg_control} is no entry.
     *
     * @param options how
     * @return the walk; to be closed
     */
    ClusterScan scan(ScanOptions options);

    /**
     * Opens a file that a scan has found.
     *
     * @param entry a {@link ClusterEntry.Kind#FILE}
     * @return the open file, to be closed; empty if the file is gone, which WAL replay repairs
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} on every other failure
     */
    Optional<SourceFile> open(ClusterEntry entry);

    /**
     * Opens a file of {@code pg_wal}. Of a segment only what the server has flushed may be believed: the server re-uses old files.
     *
     * @param name of the file
     * @return the open file, to be closed; empty if there is none of this name
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} on every other failure
     */
    Optional<SourceFile> openWal(WalFileName name);

    /**
     * Names the files in {@code pg_wal}: segments, among them those renamed ahead for re-use, and history files.
     *
     * @return sorted by name
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} if the directory cannot be read
     */
    List<WalFileName> listWal();

    @Override
    void close();
}
