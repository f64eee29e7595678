package io.pgbackup.core.engine.backup;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BadPage;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ScanNote;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.postgres.session.BackupSession;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.AdoptedPages;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.ManifestStore;
import io.pgbackup.core.repository.ManifestWriter;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.work.OrderedWork;
import java.util.List;

/** Between start and commit: copies the cluster, stops the server's backup, adds what comes last, and makes all of it durable. For one call. */
final class BackupCopy {
    private static final int RUNS_PER_WORKER = 8;

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final PgBackupRuntime runtime;
    private final Begun begun;
    private final Runnable heartbeat;
    private List<BadPage> badPages = List.of();
    private AdoptedWork adopted = AdoptedWork.none();

    BackupCopy(
            Operation operation,
            OpenRepository repository,
            ClusterLayout layout,
            PgBackupRuntime runtime,
            Begun begun,
            Runnable heartbeat) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.runtime = runtime;
        this.begun = begun;
        this.heartbeat = heartbeat;
    }

    BackupRecord copy(
            ClusterFiles files,
            BackupSession session,
            ControlFile control,
            StartedBackup started,
            ServerIdentity identity,
            BackupRequest request,
            ScanOptions options) {
        CopyRules rules = rules(control, started, session);
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(begun.label()), runtime.workers());
                OrderedWork work =
                        new OrderedWork(runtime.executor(), RUNS_PER_WORKER * runtime.workers(), heartbeat)) {
            CopyPool pool = new CopyPool(bundles, runtime.workers());
            ManifestWriter manifest =
                    new ManifestWriter(new ManifestStore(repository, layout), begun.label(), bundles, rules.pageSize());

            operation.progress().phase("copying");
            ClusterCopier copier = new ClusterCopier(files, rules, pool, begun.base(), manifest, operation.progress());
            copier.copyAll(options, work).forEach(this::warn);
            List<ManifestRoot.Page> filePages = manifest.endSection();

            byte[] lastControl = files.readControlFile().bytes();
            StoppedBackup stopped = session.stop();

            operation.progress().phase("copying WAL");
            Lsn flushed = session.server().flushLsn();
            LateFiles late = new LateFiles(
                    files, pool, manifest, copier.model(), operation.clock().instant());
            late.copy(stopped, lastControl, control.walSegmentSize(), flushed, work);
            List<ManifestRoot.Page> latePages = manifest.endSection();

            operation.progress().phase("storing the manifest");
            pool.flush(heartbeat);
            badPages = copier.totals().badPages();
            byte[] root = manifest.finish(new ManifestRoot(
                    begun.label(),
                    begun.base().flatMap(BaseSet::label).map(List::of).orElse(List.of()),
                    begun.adopted(),
                    rules.pageSize(),
                    begun.seed(),
                    filePages,
                    latePages,
                    session.server().tablespaceNames(),
                    session.server().databaseNames(),
                    badPages));
            adopted = new AdoptedWork(
                    begun.adopted().stream().map(AdoptedPages::label).toList(),
                    copier.totals().adoptedBytes());
            return record(stopped, identity, sizes(copier.totals(), late, bundles, manifest), request, root);
        }
    }

    private CopyRules rules(ControlFile control, StartedBackup started, BackupSession session) {
        PageCheck check = new PageCheck(control.blockSize(), control.checksums());
        FrameFingerprint fingerprint = new FrameFingerprint(begun.seed());
        return new CopyRules(
                check,
                new PageRechecker(check, started.start(), session.server()::flushLsn, Pause.sleeping()),
                fingerprint,
                fingerprint.of(new byte[control.blockSize()], 0, control.blockSize()),
                control.blocksPerSegment());
    }

    private void warn(ScanNote note) {
        operation.warn(note.path().toString(), note.text());
    }

    private BackupSizes sizes(CopyTotals totals, LateFiles late, BundleWriters bundles, ManifestWriter manifest) {
        return new BackupSizes(
                totals.clusterBytes() + late.clusterBytes(),
                totals.files() + late.clusterFiles(),
                totals.readBytes(),
                bundles.storedBytes() - late.walStored(),
                late.walStored(),
                manifest.storedBytes(),
                0,
                totals.pages(),
                totals.changedPages());
    }

    private BackupRecord record(
            StoppedBackup stopped, ServerIdentity identity, BackupSizes sizes, BackupRequest request, byte[] root) {
        List<WalFileName> segments = stopped.segments(new WalSegmentSize(identity.segmentSize()));
        StartedBackup started = stopped.started();
        WalRange wal = new WalRange(
                started.timeline().value(),
                started.start(),
                stopped.stop(),
                segments.get(0).toString(),
                segments.get(segments.size() - 1).toString());
        return new BackupRecord(
                begun.label(),
                operation.id(),
                begun.references(),
                adopted,
                begun.since(),
                operation.clock().instant(),
                wal,
                sizes,
                identity,
                badPages.size(),
                request.annotations(),
                root);
    }

    List<BadPage> badPages() {
        return badPages;
    }
}
