package io.pgbackup.core.engine.backup.source;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.ClusterState;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.ShutdownRecord;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The data directory of a server that was shut down cleanly: consistent as it lies there, so the set has no label, and of the log only the record of the last
 * checkpoint, which a server needs to start. That nobody starts the server meanwhile is looked at again and again. For one backup.
 */
public final class OfflineSource implements BackupSource {
    private static final byte[] NONE = new byte[0];

    private final Path directory;
    private final SourceCluster cluster;
    private final Lsn end;

    private OfflineSource(Path directory, ClusterFiles files) {
        this.directory = directory;
        check();
        ControlFile control = files.readControlFile();
        requireCleanShutdown(control);
        this.cluster = new SourceCluster(
                files,
                control,
                new ServerIdentity(
                        control.systemIdentifier(),
                        major(directory),
                        control.blockSize(),
                        control.walSegmentSize().bytes()));
        this.end = endOfLog();
    }

    /** Looks whether the server is stopped, and was so cleanly. */
    public static OfflineSource open(Path directory) {
        ClusterFiles files = new LocalClusterFiles(directory, Pause.sleeping());
        try {
            return new OfflineSource(directory, files);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static void requireCleanShutdown(ControlFile control) {
        if (control.state() != ClusterState.SHUT_DOWN) {
            throw new ClusterException(
                    ErrorCode.SERVER_CONFIGURATION,
                    "the server was not shut down cleanly: its control file says " + control.state(),
                    control.state() == ClusterState.SHUT_DOWN_IN_RECOVERY
                            ? "Start the standby and back it up while it runs."
                            : "Start the server, let it recover and stop it; or back it up while it runs.");
        }
    }

    private static int major(Path directory) {
        try {
            return Integer.parseInt(
                    Files.readString(directory.resolve("PG_VERSION")).strip());
        } catch (IOException | NumberFormatException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot read " + directory.resolve("PG_VERSION") + ": " + e,
                    "Name the data directory of the server.",
                    e);
        }
    }

    private Lsn endOfLog() {
        WalSegmentSize size = control().walSegmentSize();
        Lsn begin = control().checkpoint();
        WalFileName segment = size.filesOf(control().timeline(), begin, new Lsn(begin.value() + 1))
                .get(0);
        long length = 0;
        try (SourceFile file = files().openWal(segment).orElseThrow(() -> noLog(segment))) {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (file.read(begin.value() % size.bytes(), bytes) == Integer.BYTES) {
                length = Integer.toUnsignedLong(bytes.getInt(0));
            }
        }
        if (!ShutdownRecord.isPlausible(length)) {
            throw noLog(segment);
        }
        return new ShutdownRecord(control().walBlockSize(), size).end(begin, length);
    }

    private static ClusterException noLog(WalFileName segment) {
        return new ClusterException(
                ErrorCode.SOURCE_UNREADABLE,
                "pg_wal/" + segment + " does not hold the server's last checkpoint",
                "Without it the server does not start either; restore the segment from the archive.");
    }

    @Override
    public SourceCluster cluster() {
        return cluster;
    }

    @Override
    public StartedBackup start(String label, CheckpointMode mode) {
        return new StartedBackup(control().checkpoint(), control().timeline());
    }

    @Override
    public void check() {
        if (Files.exists(directory.resolve("postmaster.pid"), LinkOption.NOFOLLOW_LINKS)) {
            throw running("there is a postmaster.pid");
        }
    }

    private static ClusterException running(String why) {
        return new ClusterException(
                ErrorCode.SERVER_CONFIGURATION,
                "the server runs, or was not shut down cleanly: " + why,
                "Stop the server and do not start it before the backup has ended, or back it up while it runs.");
    }

    @Override
    public StoppedBackup stop(ControlFile last) {
        check();
        if (!Arrays.equals(last.bytes(), control().bytes())) {
            throw running("its control file changed during the backup");
        }
        return new StoppedBackup(start("", CheckpointMode.FAST), end, NONE, NONE);
    }

    @Override
    public Lsn flushed() {
        return end;
    }

    /** Nobody can be asked: tablespaces go by their object identifiers. */
    @Override
    public Map<String, String> tablespaceNames() {
        return Map.of();
    }

    @Override
    public Map<String, String> databaseNames() {
        return Map.of();
    }

    @Override
    public void close() {
        files().close();
    }
}
