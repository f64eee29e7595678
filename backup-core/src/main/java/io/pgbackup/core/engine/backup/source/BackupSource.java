package io.pgbackup.core.engine.backup.source;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.session.ServerSummaries;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import java.util.Map;
import java.util.Optional;

/** What a backup is taken from: files, and whoever says where the backup starts and ends. For one backup; used by the thread that leads it. */
public interface BackupSource extends AutoCloseable {
    /** Which cluster it is, and its files. */
    SourceCluster cluster();

    /** The files. */
    default ClusterFiles files() {
        return cluster().files();
    }

    /** The control file as it was at the opening. */
    default ControlFile control() {
        return cluster().control();
    }

    /** Which cluster it is. */
    default ServerIdentity identity() {
        return cluster().identity();
    }

    /** Begins: every file is to be read after this returned. May take many minutes; closing the source from another thread makes it fail. */
    StartedBackup start(String label, CheckpointMode mode);

    /** Fails if what was read since the start is worthless; to be called often. */
    void check();

    /** Ends: all files but the made up ones and WAL have been read, the control file last. */
    StoppedBackup stop(ControlFile last);

    /** How far the log is safe on disk; bytes behind may be of a former use of the file. Safe for use by many threads. */
    Lsn flushed();

    /** Names of tablespaces with a directory of their own, by object identifier; once it has ended. */
    Map<String, String> tablespaceNames();

    /** Names of databases, by object identifier; once it has ended. */
    Map<String, String> databaseNames();

    /** What the server has itself summarised of its log; empty if it does not. */
    default Optional<ServerSummaries> summaries() {
        return Optional.empty();
    }

    /** Lets go; a backup that has not ended is given up. Idempotent. */
    @Override
    void close();
}
