package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcome;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.engine.JobLog;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.engine.backup.base.SetBeginning;
import io.pgbackup.core.engine.backup.changes.ChangeDetection;
import io.pgbackup.core.engine.backup.changes.KnownChanges;
import io.pgbackup.core.engine.backup.files.CopyPool;
import io.pgbackup.core.engine.backup.files.CopyTotals;
import io.pgbackup.core.engine.backup.files.LaneCopy;
import io.pgbackup.core.engine.backup.files.LaneRules;
import io.pgbackup.core.engine.backup.files.LaneState;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JobRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BundleWriters;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.ManifestWriter;
import io.pgbackup.core.repository.set.ServerMark;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.PgBackupException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that belongs to one repository in one run: its warnings and job record, its label, base and key, its bundles and its manifest. The steps are
 * called in the order in which they stand here; one that fails ends the lane, not the run. For the thread that leads the run.
 */
final class Lane implements AutoCloseable {
    private final Operation operation;
    private final BackupRequest request;
    private final ClusterLayout layout;
    private final LaneState state = new LaneState();
    private final Instant since;
    private @Nullable OpenRepository opened;
    private @Nullable Begun begun;
    private @Nullable LaneCopy copy;
    private KnownChanges changes = KnownChanges.none("nothing was asked");
    private List<ManifestRoot.Page> filePages = List.of();
    private @Nullable BackupRecord record;
    private long storedBelow;
    private @Nullable BackupResult result;
    private boolean settled;

    Lane(Operation operation, BackupRequest request, ClusterLayout layout) {
        this.operation = operation;
        this.request = request;
        this.layout = layout;
        this.since = operation.clock().instant();
    }

    LaneState state() {
        return state;
    }

    /** Where the set goes, as the user described it. */
    Repository where() {
        return request.repository();
    }

    void open(Supplier<OpenRepository> opener) {
        opened = opener.get();
    }

    private OpenRepository repository() {
        return Objects.requireNonNull(opened, "not opened");
    }

    /** Takes the lease and makes begin durable. */
    void begin(ServerIdentity server, long clusterBytes) {
        new IdentityRecords(repository(), layout).requireCurrent(server);
        SpaceCheck.require(operation, repository(), new Catalog(repository(), layout), request, clusterBytes);
        Begun beginning = new SetBeginning(operation, repository(), layout).begin(request, server);
        begun = beginning;
        operation.fact("label", beginning.label().toString());
    }

    /** The label of the set. */
    BackupLabel label() {
        return begun().label();
    }

    private Begun begun() {
        return Objects.requireNonNull(begun, "not begun");
    }

    void started(StartedBackup started, Optional<ServerMark> mark) {
        new SetRecords(repository(), layout)
                .start(begun().label(), started.timeline().value(), started.start(), mark);
    }

    /** Waits until the archive in this repository has some WAL. */
    void awaitArchive(List<WalFileName> segments, Duration patience, Runnable heartbeat) {
        new ArchiveWaiting(archive(), operation.cancellation(), heartbeat).await(segments, patience);
    }

    private WalArchive archive() {
        int identity = new IdentityRecords(repository(), layout).all().size();
        return new WalArchive(repository(), ArchiveLayout.of(layout, identity));
    }

    /** Finds out what the log says of pages, before any is read. */
    void detect(BackupSource source, StartedBackup started, Runnable heartbeat) {
        ChangeDetection.Means means = new ChangeDetection.Means(source, operation.cancellation(), heartbeat);
        changes = new ChangeDetection(means, new SetRecords(repository(), layout), archive())
                .detect(begun().base(), started);
    }

    /** Makes the buffers. */
    void beginCopy(int pageSize, int workers, Supplier<Duration> patience) {
        LaneRules rules = LaneRules.of(begun().seed(), pageSize);
        BundleWriters bundles =
                new BundleWriters(repository(), layout.set(begun().label()), workers, BundleWriters.CAPACITY, patience);
        ManifestWriter manifest =
                new ManifestWriter(new ManifestStore(repository(), layout), begun().label(), bundles, pageSize);
        copy = new LaneCopy(
                state, rules, begun().base(), changes.changes(), bundles, manifest, new CopyTotals(pageSize));
    }

    LaneCopy copy() {
        return Objects.requireNonNull(copy, "not copying");
    }

    /** The files that were copied while the server ran are complete. */
    void endFiles() {
        filePages = copy().endSection();
    }

    /** Makes everything durable but the commit. */
    void finish(SetEnding ending, CopyPool pool, Runnable heartbeat) {
        List<ManifestRoot.Page> late = copy().endSection();
        pool.flush(copy(), heartbeat);
        byte[] root = copy().manifest().finish(ending.root(begun(), copy(), filePages, late));
        BackupRecord complete = ending.record(operation, request, begun(), copy(), root);
        Catalog catalog = new Catalog(repository(), layout);
        storedBelow = complete.references().stream()
                .flatMap(label -> catalog.find(label).stream())
                .mapToLong(BackupRecord::heldBytes)
                .sum();
        record = complete;
    }

    /** From now on the set exists. */
    void commit() {
        BackupRecord complete = Objects.requireNonNull(record, "not finished");
        new SetRecords(repository(), layout).commit(complete);
        begun().lease().release();
        operation.fact("bytesRead", Long.toString(complete.sizes().read()));
        operation.fact("detection", detection(complete));
        operation.fact("bytesStored", Long.toString(complete.ownBytes()));
        if (!complete.adopted().labels().isEmpty()) {
            operation.fact("adopted", complete.adopted().labels().toString());
            operation.fact("bytesAdopted", Long.toString(complete.adopted().bytes()));
        }
        result = new BackupResult(
                complete.toInfo(where().name(), storedBelow),
                request.type(),
                detection(complete),
                copy().totals().badPages(),
                operation.warnings(),
                operation.cancellation().elapsed());
    }

    private String detection(BackupRecord record) {
        List<String> known = new ArrayList<>();
        record.base().ifPresent(base -> known.add(base.toString()));
        record.adopted().labels().forEach(label -> known.add("the interrupted " + label));
        if (known.isEmpty()) {
            return "full: everything was stored";
        }
        return changes.changes().isPresent()
                ? "WAL: pages that were not changed since " + String.join(", ", known) + " were not read ("
                        + changes.reason() + ")"
                : "page fingerprints: every page was read and compared with " + String.join(", ", known) + " ("
                        + changes.reason() + ")";
    }

    boolean committed() {
        return result != null;
    }

    /** What must happen again and again for this lane: its lease is renewed. */
    void beat() {
        operation.beat();
    }

    /** Aborts the set of a lane that has dropped out, so that the next backup need not wait. Idempotent. */
    void settle() {
        Throwable reason = state.failure().orElse(null);
        Begun unsettled = begun;
        if (reason == null || committed() || settled) {
            return;
        }
        settled = true;
        boolean interrupted = Thread.interrupted();
        try {
            if (copy != null) {
                copy.bundles().stop();
            }
            if (unsettled != null) {
                unsettled.lease().release();
                String text =
                        reason instanceof PgBackupException known ? known.code().name() : reason.toString();
                new SetRecords(repository(), layout)
                        .abort(unsettled.label(), text, operation.clock().instant());
            }
        } catch (RuntimeException suppressed) {
            reason.addSuppressed(suppressed);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What came of it, once the run has ended. */
    BackupOutcome outcome() {
        BackupResult committed = result;
        return committed != null
                ? new BackupOutcome.Succeeded(where(), committed)
                : new BackupOutcome.Failed(where(), failure().orElseThrow());
    }

    private Optional<PgBackupException> failure() {
        return committed() ? Optional.empty() : state.failure().map(operation::named);
    }

    /** Settles the set, leaves the job record, and closes the repository. No worker may be copying. */
    @Override
    public void close() {
        settle();
        if (copy != null) {
            copy.close();
        }
        OpenRepository repository = opened;
        if (repository != null) {
            JobLog.write(operation, since, new JobRecords(repository, layout)::write, failure());
            repository.close();
        }
    }
}
