package io.pgbackup.core.engine.backup.source;

import io.pgbackup.Cluster;
import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.engine.Connections;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.session.BackupSession;
import io.pgbackup.core.postgres.session.ClusterMatch;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.core.postgres.session.ServerSummaries;
import io.pgbackup.core.postgres.session.SessionWatch;
import io.pgbackup.core.postgres.session.StandbyBackup;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server, primary or standby: its data directory, and a session that brackets the backup. For one backup. */
public final class OnlineSource implements BackupSource {
    private static final Logger LOG = LoggerFactory.getLogger(OnlineSource.class);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);

    private final SourceCluster cluster;
    private final BackupSession session;
    private @Nullable SessionWatch watch;

    private OnlineSource(ClusterFiles files, BackupSession session) {
        this.session = session;
        ControlFile control = files.readControlFile();
        ServerFacts facts = session.server().facts();
        ClusterMatch.require(control, facts);
        this.cluster = new SourceCluster(files, control, Connections.identity(facts));
    }

    /** Connects, and makes sure that directory and connection are of one cluster. */
    public static OnlineSource open(Cluster.Server server) {
        ClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping());
        try {
            BackupSession session = BackupSession.open(Connections.settings(server.connection()));
            try {
                return new OnlineSource(files, session);
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    @Override
    public SourceCluster cluster() {
        return cluster;
    }

    @Override
    public StartedBackup start(String label, CheckpointMode mode) {
        session.reserveWal();
        StartedBackup started = session.start(label, mode);
        requireSame(started);
        watch = SessionWatch.over(
                session,
                PING_INTERVAL,
                Executors.defaultThreadFactory(),
                loss -> LOG.warn("the backup session was lost", loss));
        return started;
    }

    /** The checkpoint that the backup starts from must be known to the control file: a standby of the same primary may lie there. */
    private void requireSame(StartedBackup started) {
        ControlFile now = files().readControlFile();
        if (now.redo().compareTo(started.start()) < 0) {
            throw new ClusterException(
                    ErrorCode.WRONG_CLUSTER,
                    "the connection's backup starts at " + started.start()
                            + ", but the data directory knows only of a checkpoint at " + now.redo(),
                    "The data directory and the connection must be of the same running server.");
        }
    }

    @Override
    public void check() {
        SessionWatch watching = watch;
        if (watching != null) {
            watching.check();
        }
    }

    @Override
    public StoppedBackup stop(ControlFile last) {
        StoppedBackup stopped = session.stop();
        return session.onStandby() ? StandbyBackup.ended(stopped, last) : stopped;
    }

    @Override
    public Lsn flushed() {
        return session.server().flushLsn();
    }

    @Override
    public Map<String, String> tablespaceNames() {
        return session.server().tablespaceNames();
    }

    @Override
    public Map<String, String> databaseNames() {
        return session.server().databaseNames();
    }

    @Override
    public Optional<ServerSummaries> summaries() {
        return ServerSummaries.of(session.server());
    }

    @Override
    public void close() {
        SessionWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        session.close();
        files().close();
    }
}
