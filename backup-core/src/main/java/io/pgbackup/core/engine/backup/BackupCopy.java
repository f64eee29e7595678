package io.pgbackup.core.engine.backup;

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
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.work.OrderedWork;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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

    /**
     * Copies it.
     *
     * @param started where the backup began
     * @param options of the scan
     * @param archivePatience how long to wait for the archive to have its WAL; empty to copy the WAL
     */
    void copy(StartedBackup started, ScanOptions options, Optional<Duration> archivePatience) {
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
            WalSegmentSize size = source.control().walSegmentSize();
            List<WalFileName> segments = stopped.segments(size);
            LateFiles.Log log =
                    new LateFiles.Log(archivePatience.isPresent() ? List.of() : segments, size, source.flushed());
            new LateFiles(
                            source.files(),
                            pool,
                            copies,
                            copier.model(),
                            operation.clock().instant())
                    .copy(stopped, lastControl.bytes(), log, work);
            archivePatience.ifPresent(patience -> awaitArchive(segments, patience));

            operation.progress().phase("storing the manifest");
            SetEnding ending =
                    new SetEnding(stopped, source.identity(), source.tablespaceNames(), source.databaseNames());
            lanes.each(lane -> lane.finish(ending, pool, this::heartbeat));
        }
    }

    private void awaitArchive(List<WalFileName> segments, Duration patience) {
        operation.progress().phase("waiting for the archive");
        lanes.each(lane -> lane.awaitArchive(segments, patience, lanes::heartbeat));
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
