package io.pgbackup.core.engine.backup;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.PageCheckPolicy;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Connections;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ExcludePattern;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.session.BackupSession;
import io.pgbackup.core.postgres.session.ClusterMatch;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.core.postgres.session.SessionWatch;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.SetRecords;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a backup: the steps in their order. Nothing refers to what is not yet durable: begin, start, bundles, manifest, commit. For one call.
 */
public final class BackupOperation {
    private static final Logger LOG = LoggerFactory.getLogger(BackupOperation.class);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Cluster.Server server;
    private final String clusterName;
    private final PgBackupRuntime runtime;
    private final BackupRequest request;

    /**
     * For one call.
     *
     * @param operation the call
     * @param repository where the backup goes
     * @param cluster what is backed up
     * @param runtime whose workers copy
     * @param request what is wanted
     */
    public BackupOperation(
            Operation operation,
            OpenRepository repository,
            Cluster cluster,
            PgBackupRuntime runtime,
            BackupRequest request) {
        this.operation = operation;
        this.repository = repository;
        this.layout = ClusterLayout.of(cluster.name());
        this.server = Connections.require(cluster);
        this.clusterName = cluster.name();
        this.runtime = runtime;
        this.request = request;
    }

    /**
     * Takes the backup.
     *
     * @return the committed set
     */
    public BackupResult run() {
        CipherWarmup.run();
        try (ClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping());
                BackupSession session = BackupSession.open(Connections.settings(server.connection()))) {
            ControlFile control = files.readControlFile();
            ServerFacts facts = session.server().facts();
            ClusterMatch.require(control, facts);
            ServerIdentity identity = Connections.identity(facts);
            new IdentityRecords(repository, layout).requireCurrent(identity);
            estimate(files);
            Begun begun = new SetBeginning(operation, repository, layout).begin(request, identity);
            operation.fact("label", begun.label().toString());
            return settled(begun, () -> take(begun, files, session, control, identity));
        }
    }

    private ScanOptions scanOptions() {
        return new ScanOptions(
                request.excludes().stream().map(ExcludePattern::parse).toList());
    }

    private void estimate(ClusterFiles files) {
        operation.progress().phase("looking at the cluster");
        long bytes = SourceEstimate.of(files, scanOptions(), operation::heartbeat);
        operation.progress().expect(bytes);
        SpaceCheck.require(operation, repository, new Catalog(repository, layout), request, bytes);
    }

    /** Aborts the set unless it was committed, so that the next one need not wait. */
    private BackupResult settled(Begun begun, Supplier<BackupResult> body) {
        return operation.settling(body, reason -> {
            begun.lease().release();
            new SetRecords(repository, layout)
                    .abort(begun.label(), reason, operation.clock().instant());
        });
    }

    private BackupResult take(
            Begun begun, ClusterFiles files, BackupSession session, ControlFile control, ServerIdentity identity) {
        session.reserveWal();
        operation.progress().phase("waiting for the server's checkpoint");
        StartedBackup started = session.start("pgbackup " + clusterName + " " + begun.label(), request.checkpoint());
        new SetRecords(repository, layout)
                .start(begun.label(), started.timeline().value(), started.start());
        try (SessionWatch watch = SessionWatch.over(
                session,
                PING_INTERVAL,
                Executors.defaultThreadFactory(),
                loss -> LOG.warn("the backup session was lost", loss))) {
            Runnable heartbeat = () -> {
                operation.heartbeat();
                watch.check();
            };
            BackupCopy copy = new BackupCopy(operation, repository, layout, runtime, begun, heartbeat);
            BackupRecord record = copy.copy(files, session, control, started, identity, request, scanOptions());
            requireGoodPages(record, copy);
            operation.progress().phase("committing");
            new SetRecords(repository, layout).commit(record);
            begun.lease().release();
            return result(record, begun, copy);
        }
    }

    private void requireGoodPages(BackupRecord record, BackupCopy copy) {
        if (record.badPages() == 0) {
            return;
        }
        String first = copy.badPages().get(0).path() + " block "
                + copy.badPages().get(0).block();
        String message = record.badPages() + " pages failed their check; the first: " + first;
        if (request.badPages() == PageCheckPolicy.FAIL) {
            throw new ClusterException(
                    ErrorCode.DAMAGED_PAGES,
                    message,
                    "the cluster is damaged: keep the backups you have, and find out how far with pg_amcheck");
        }
        operation.warn("pages", message + "; they are stored as they are");
    }

    private BackupResult result(BackupRecord record, Begun begun, BackupCopy copy) {
        Catalog catalog = new Catalog(repository, layout);
        long below = record.references().stream()
                .flatMap(label -> catalog.find(label).stream())
                .mapToLong(BackupRecord::heldBytes)
                .sum();
        operation.fact("bytesRead", Long.toString(record.sizes().read()));
        operation.fact("bytesStored", Long.toString(record.ownBytes()));
        if (!record.adopted().labels().isEmpty()) {
            operation.fact("adopted", record.adopted().labels().toString());
            operation.fact("bytesAdopted", Long.toString(record.adopted().bytes()));
        }
        return new BackupResult(
                record.toInfo(repository.name(), below),
                request.type(),
                detection(record),
                copy.badPages(),
                operation.warnings(),
                operation.cancellation().elapsed());
    }

    private static String detection(BackupRecord record) {
        List<String> known = new ArrayList<>();
        record.base().ifPresent(base -> known.add(base.toString()));
        record.adopted().labels().forEach(label -> known.add("the interrupted " + label));
        return known.isEmpty()
                ? "full: everything was stored"
                : "page fingerprints: every page was read and compared with " + String.join(", ", known);
    }
}
