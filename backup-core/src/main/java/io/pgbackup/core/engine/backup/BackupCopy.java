package io.pgbackup.core.engine.backup;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.files.ClusterCopier;
import io.pgbackup.core.engine.backup.files.CopyPool;
import io.pgbackup.core.engine.backup.files.CopyRules;
import io.pgbackup.core.engine.backup.files.LaneCopy;
import io.pgbackup.core.engine.backup.files.LateFiles;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ScanNote;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.work.OrderedWork;
import java.util.List;

/** Between start and commit: copies the cluster, ends the backup, adds what comes last, and makes all of it durable in every lane. For one call. */
final class BackupCopy {
    private static final int RUNS_PER_WORKER = 8;

    private final Operation operation;
    private final Lanes lanes;
    private final BackupSource source;
    private final PgBackupRuntime runtime;

    BackupCopy(Operation operation, Lanes lanes, BackupSource source, PgBackupRuntime runtime) {
        this.operation = operation;
        this.lanes = lanes;
        this.source = source;
        this.runtime = runtime;
    }

    void copy(StartedBackup started, ScanOptions options) {
        CopyRules rules = rules(source.control(), started);
        lanes.each(lane -> lane.beginCopy(rules.pageSize(), runtime.workers(), lanes.patienceFor(lane)));
        List<LaneCopy> copies = lanes.alive().stream().map(Lane::copy).toList();
        try (OrderedWork work =
                new OrderedWork(runtime.executor(), RUNS_PER_WORKER * runtime.workers(), this::heartbeat)) {
            CopyPool pool = new CopyPool(copies, runtime.workers());
            operation.progress().phase("copying");
            ClusterCopier copier = new ClusterCopier(source.files(), rules, pool, copies, operation.progress());
            copier.copyAll(options, work).forEach(this::warn);
            lanes.each(Lane::endFiles);

            ControlFile lastControl = source.files().readControlFile();
            StoppedBackup stopped = source.stop(lastControl);

            operation.progress().phase("copying WAL");
            Lsn flushed = source.flushed();
            new LateFiles(
                            source.files(),
                            pool,
                            copies,
                            copier.model(),
                            operation.clock().instant())
                    .copy(stopped, lastControl.bytes(), source.control().walSegmentSize(), flushed, work);

            operation.progress().phase("storing the manifest");
            SetEnding ending =
                    new SetEnding(stopped, source.identity(), source.tablespaceNames(), source.databaseNames());
            lanes.each(lane -> lane.finish(ending, pool, this::heartbeat));
        }
    }

    private void heartbeat() {
        source.check();
        lanes.heartbeat();
    }

    private CopyRules rules(ControlFile control, StartedBackup started) {
        PageCheck check = new PageCheck(control.blockSize(), control.checksums());
        return new CopyRules(
                check,
                new PageRechecker(check, started.start(), source::flushed, Pause.sleeping()),
                control.blocksPerSegment());
    }

    private void warn(ScanNote note) {
        operation.warn(note.path().toString(), note.text());
    }
}
