package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.postgres.recovery.BackupLabel;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The session that brackets one backup: reserve WAL, start, stop. If it ends in between, the server forgets the backup and the copied files
 * are worthless, so {@link #ping()} it often. Safe for use by many threads; start and stop are called once, by whoever leads the backup.
 */
public final class BackupSession implements AutoCloseable {
    private static final int MOST_LABEL_BYTES = 1000;

    private final ServerSession session;
    private final boolean standby;
    private volatile @Nullable StartedBackup started;

    private BackupSession(ServerSession session, boolean standby) {
        this.session = session;
        this.standby = standby;
    }

    /**
     * Connects to a server that can be backed up.
     *
     * @param settings where and as whom; never a pool
     * @return the session, to be closed
     * @throws ClusterException {@code CONNECTION_FAILED}, or {@code UNSUPPORTED_SERVER} for versions before 13, or
     *     {@code SERVER_CONFIGURATION} if {@code wal_level} is minimal
     */
    public static BackupSession open(ConnectionSettings settings) {
        ServerSession session = ServerSession.connect(settings);
        try {
            ServerFacts facts = session.facts();
            requireSuitable(facts);
            return new BackupSession(session, facts.operation().inRecovery());
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static void requireSuitable(ServerFacts facts) {
        if (facts.operation().archiving().walLevel().equals("minimal")) {
            throw new ClusterException(
                    ErrorCode.SERVER_CONFIGURATION,
                    "wal_level is minimal, which logs too little for a backup",
                    "Set wal_level = replica and restart the server.");
        }
    }

    /**
     * The plain session beneath, for questions. Long ones belong to a connection of their own.
     *
     * @return open as long as this
     */
    public ServerSession server() {
        return session;
    }

    /**
     * Whether the server was a standby when the session began. Its backup starts at its last restartpoint, and ends at the minimum recovery point of the control
     * file that is copied last.
     *
     * @return false for a primary
     */
    public boolean onStandby() {
        return standby;
    }

    /**
     * Makes the server keep all WAL from now on until this session ends, by a temporary replication slot. Called before {@link #start} when
     * nobody else keeps the WAL; needs the REPLICATION attribute and a free slot.
     *
     * @return the slot's name; it goes with the session
     * @throws ClusterException {@code MISSING_PRIVILEGE} or {@code SERVER_CONFIGURATION} if there can be no slot, {@code SESSION_LOST}
     */
    public String reserveWal() {
        String slot = "pgbackup_" + session.backend();
        session.ask(
                "reserve WAL by a temporary replication slot",
                "SELECT slot_name FROM pg_catalog.pg_create_physical_replication_slot(?, true, true)",
                row -> row.getString(1),
                slot);
        return slot;
    }

    /**
     * Starts the backup. With {@link CheckpointMode#SPREAD} this takes minutes.
     *
     * @param label what the server's files shall call the backup; made one line of printable ASCII
     * @param mode of the checkpoint
     * @return where the backup begins; every file is to be read after this returned
     * @throws ClusterException {@code MISSING_PRIVILEGE}, {@code SERVER_CONFIGURATION} or {@code SESSION_LOST}
     */
    public StartedBackup start(String label, CheckpointMode mode) {
        String sql = session.version().hasRenamedBackupFunctions()
                ? "SELECT pg_catalog.pg_backup_start(?, ?)"
                : "SELECT pg_catalog.pg_start_backup(?, ?, false)";
        Lsn start = session.ask(
                "start a backup",
                sql,
                row -> Lsn.parse(row.getString(1)),
                sanitised(label),
                mode == CheckpointMode.FAST);
        // Asked after the start, whose checkpoint has brought the number up to date even right after a promotion.
        Timeline timeline = session.ask(
                "ask for the timeline",
                "SELECT pg_catalog.pg_backend_pid(), timeline_id FROM pg_catalog.pg_control_checkpoint()",
                row -> {
                    session.requireBackend(row.getInt(1));
                    return new Timeline(Integer.toUnsignedLong(row.getInt(2)));
                });
        StartedBackup result = new StartedBackup(start, timeline);
        started = result;
        return result;
    }

    /** One line of printable ASCII, short enough for every server: a line break would forge lines of backup_label. */
    static String sanitised(String label) {
        byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] < ' ' || bytes[at] > '~') {
                bytes[at] = '?';
            }
        }
        return new String(Arrays.copyOf(bytes, Math.min(bytes.length, MOST_LABEL_BYTES)), StandardCharsets.US_ASCII);
    }

    /**
     * Stops the backup without waiting for any archiver: the caller waits until the WAL is in its repositories. Everything but
     * {@code pg_control} and these two files must have been read before.
     *
     * @return where the backup ends and what to store with it
     * @throws ClusterException {@code SESSION_LOST} if the server has forgotten the backup; {@code SERVER_CONFIGURATION}
     * @throws IllegalStateException if none was started
     */
    public StoppedBackup stop() {
        StartedBackup begun = started;
        if (begun == null) {
            throw new IllegalStateException("no backup was started in this session");
        }
        ping();
        StoppedBackup stopped = askToStop(begun);
        started = null;
        BackupLabel label = BackupLabel.parse(stopped.backupLabel());
        if (!label.start().equals(begun.start()) || !label.timeline().equals(begun.timeline())) {
            throw SqlFailure.sessionLost("the server ended a backup that began at " + label.start(), null);
        }
        return stopped;
    }

    private StoppedBackup askToStop(StartedBackup begun) {
        String function = session.version().hasRenamedBackupFunctions()
                ? "pg_backup_stop(false)"
                : "pg_stop_backup(false, false)";
        // Through bytea, so that no conversion of encodings touches the path of a tablespace.
        String sql =
                "SELECT pg_catalog.pg_backend_pid(), lsn, pg_catalog.decode(pg_catalog.replace(labelfile, '\\', '\\\\'), 'escape'),"
                        + " pg_catalog.decode(pg_catalog.replace(spcmapfile, '\\', '\\\\'), 'escape') FROM pg_catalog."
                        + function;
        try {
            return session.ask("stop the backup", sql, row -> {
                session.requireBackend(row.getInt(1));
                byte[] map = row.getBytes(4);
                return new StoppedBackup(
                        begun, Lsn.parse(row.getString(2)), row.getBytes(3), map == null ? new byte[0] : map);
            });
        } catch (ClusterException e) {
            throw stopFailure(e);
        }
    }

    private static ClusterException stopFailure(ClusterException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean refused = e.getCause() instanceof java.sql.SQLException failure
                && SqlFailure.state(failure).equals("55000");
        if (refused && message.contains("promoted")) {
            return promoted(e);
        }
        if (refused && message.contains("not in progress")) {
            return SqlFailure.sessionLost("the server knows of no backup in it", e);
        }
        return e;
    }

    private static ClusterException promoted(@Nullable Throwable cause) {
        return new ClusterException(
                ErrorCode.SESSION_LOST,
                "the standby was promoted during the backup: what was copied is worthless",
                "repeat the backup; it will be one of a primary",
                cause);
    }

    /**
     * Proves that the backup still lives; to be called every few seconds. See {@link SessionWatch}.
     *
     * @throws ClusterException {@code SESSION_LOST}
     */
    public void ping() {
        session.ping();
        if (standby && !session.inRecovery()) {
            throw promoted(null);
        }
    }

    /** Ends the session. A backup that was not stopped is aborted: the server logs a warning and nothing else happens. Idempotent. */
    @Override
    public void close() {
        session.close();
    }
}
