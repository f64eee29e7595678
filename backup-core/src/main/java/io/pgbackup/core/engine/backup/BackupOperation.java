package io.pgbackup.core.engine.backup;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BadPage;
import io.pgbackup.backup.PageCheckPolicy;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Connections;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.changes.ServerMarks;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.engine.backup.source.OfflineSource;
import io.pgbackup.core.engine.backup.source.OnlineSource;
import io.pgbackup.core.engine.backup.source.SourceEstimate;
import io.pgbackup.core.postgres.files.ExcludePattern;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.ServerMark;
import io.pgbackup.core.work.LongCall;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Takes a backup into one repository or several: the steps in their order. In each lane nothing refers to what is not yet durable: begin, start, bundles,
 * manifest, commit. For one call.
 */
public final class BackupOperation {
    /** How long others wait for a repository that does not answer or takes no more. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Operation operation;
    private final BackupRequest request;
    private final String clusterName;
    private final PgBackupRuntime runtime;
    private final Supplier<BackupSource> opener;
    private final Lanes lanes;
    private final Opener repositories;

    /** Opens repositories. */
    @FunctionalInterface
    public interface Opener {
        /**
         * Opens one that exists; the caller closes it.
         *
         * @param repository which
         * @param wrapping what to put around its storage
         * @return the open repository
         */
        OpenRepository open(Repository repository, UnaryOperator<Storage> wrapping);
    }

    /**
     * For one call.
     *
     * @param operation the call
     * @param requests what is wanted, the same for each repository
     * @param cluster what is backed up
     * @param runtime whose workers copy
     * @param repositories opens them
     */
    public BackupOperation(
            Operation operation,
            List<BackupRequest> requests,
            Cluster cluster,
            PgBackupRuntime runtime,
            Opener repositories) {
        this(
                operation,
                requests,
                cluster.name(),
                runtime,
                repositories,
                () -> source(Connections.require(cluster), requests.get(0)),
                repository -> PATIENCE);
    }

    private static BackupSource source(Cluster.Server server, BackupRequest request) {
        return request.offline() ? OfflineSource.open(server.dataDirectory()) : OnlineSource.open(server);
    }

    BackupOperation(
            Operation operation,
            List<BackupRequest> requests,
            String clusterName,
            PgBackupRuntime runtime,
            Opener repositories,
            Supplier<BackupSource> opener,
            Function<Repository, Duration> patience) {
        this.operation = operation;
        this.request = requests.get(0);
        this.clusterName = clusterName;
        this.runtime = runtime;
        this.repositories = repositories;
        this.opener = opener;
        this.lanes = new Lanes(operation, requests, ClusterLayout.of(clusterName), patience);
    }

    /**
     * Takes the backup.
     *
     * @return what came of it in each repository, at least one committed set
     */
    public BackupOutcomes run() {
        CipherWarmup.run();
        try (lanes) {
            take();
        }
        return lanes.outcomes();
    }

    private void take() {
        try {
            lanes.open(repositories);
            try (BackupSource source = opener.get()) {
                begin(source);
                StartedBackup started = start(source);
                new BackupCopy(operation, lanes, source, runtime)
                        .copy(started, scanOptions(), request.archivePatience());
                requireGoodPages();
                operation.progress().phase("committing");
                lanes.commit();
            }
        } catch (RuntimeException | Error e) {
            lanes.end(e);
            throw e;
        }
    }

    private ScanOptions scanOptions() {
        return new ScanOptions(
                request.excludes().stream().map(ExcludePattern::parse).toList());
    }

    private void begin(BackupSource source) {
        operation.progress().phase("looking at the cluster");
        long bytes = SourceEstimate.of(source.files(), scanOptions(), lanes::heartbeat);
        operation.progress().expect(bytes);
        lanes.each(lane -> lane.begin(source.identity(), bytes));
    }

    private StartedBackup start(BackupSource source) {
        operation.progress().phase("waiting for the server's checkpoint");
        String label = "pgbackup " + clusterName + " " + lanes.alive().get(0).label();
        StartedBackup started = new LongCall<>(
                        () -> source.start(label, request.checkpoint()),
                        source::close,
                        Executors.defaultThreadFactory())
                .await(lanes::heartbeat);
        Optional<ServerMark> mark = ServerMarks.read(source.files(), started, label);
        lanes.each(lane -> lane.started(started, mark));
        request.archivePatience().ifPresent(patience -> requireArchiving(source, started, patience));
        operation.progress().phase("asking the log for changes");
        lanes.each(lane -> lane.detect(source, started, lanes::heartbeat));
        return started;
    }

    /** The start has ended a segment: whether it comes into the archive tells within seconds what would be noticed after hours. */
    private void requireArchiving(BackupSource source, StartedBackup started, Duration patience) {
        operation.progress().phase("waiting for the archive");
        WalSegmentSize size = source.control().walSegmentSize();
        long before = size.segmentOf(started.start()) - 1;
        WalFileName ended = WalFileName.segment(started.timeline(), before, size);
        lanes.each(lane -> lane.awaitArchive(List.of(ended), patience, lanes::heartbeat));
    }

    private void requireGoodPages() {
        List<BadPage> bad = lanes.alive().get(0).copy().totals().badPages();
        if (bad.isEmpty()) {
            return;
        }
        String message = bad.size() + " pages failed their check; the first: "
                + bad.get(0).path() + " block " + bad.get(0).block();
        if (request.badPages() == PageCheckPolicy.FAIL) {
            throw new ClusterException(
                    ErrorCode.DAMAGED_PAGES,
                    message,
                    "the cluster is damaged: keep the backups you have, and find out how far with pg_amcheck");
        }
        operation.warn("pages", message + "; they are stored as they are");
    }
}
