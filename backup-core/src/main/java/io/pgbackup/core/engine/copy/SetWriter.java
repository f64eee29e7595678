package io.pgbackup.core.engine.copy;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.core.engine.EarlierLeases;
import io.pgbackup.core.engine.LeaseWaiting;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.HeldLease;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BeginRecord;
import io.pgbackup.core.repository.set.BundleWriters;
import io.pgbackup.core.repository.set.Labels;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.ManifestWriter;
import io.pgbackup.core.repository.set.ServerMark;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.Pool;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes sets into a repository, each by the steps that every set passes through: lease, begin, look, start, bundles, manifest, commit. For one thread.
 */
final class SetWriter {
    private static final int WINDOWS_PER_WORKER = 3;

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final PgBackupRuntime runtime;
    private final SetRecords records;
    private final HeldSets held;
    private final Pool<CopyBuffers> buffers;
    private long bytesRead;

    SetWriter(
            Operation operation,
            OpenRepository repository,
            ClusterLayout layout,
            PgBackupRuntime runtime,
            HeldSets held) {
        this.held = held;
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.runtime = runtime;
        this.records = new SetRecords(repository, layout);
        this.buffers = new Pool<>(
                Stream.generate(CopyBuffers::allocate).limit(runtime.workers()).toList());
    }

    /** Writes a set; if that fails, the label it would have had is aborted. */
    BackupRecord write(NewSet set) {
        LeaseWatch watch = operation.patience().watch();
        Leases leases = new Leases(repository, layout, watch);
        Leases.Lease lease = new LeaseWaiting(operation).until(() -> leases.take(claim(set)));
        HeldLease heldLease = new HeldLease(leases, lease, watch);
        operation.duty(heldLease::heartbeat);
        BackupLabel label = heldLease.label();
        return operation.settling(
                () -> {
                    EarlierLeases.settle(operation, leases, lease);
                    records.begin(new BeginRecord(
                            label,
                            lease.holder(),
                            lease.number(),
                            lease.since(),
                            set.leansOn(),
                            Optional.empty(),
                            List.of()));
                    records.requireUnsettled(label);
                    look(set);
                    BackupRecord record = content(set, label);
                    records.commit(record);
                    heldLease.release();
                    return record;
                },
                reason -> {
                    heldLease.release();
                    records.abort(label, reason, operation.clock().instant());
                });
    }

    private Leases.Claim claim(NewSet set) {
        return new Leases.Claim(
                operation.holder(),
                operation.clock(),
                used -> Labels.next(
                        set.type(),
                        set.base().map(BackupRecord::label),
                        used,
                        operation.clock().instant()));
    }

    /** Whoever holds the lease now knows: nobody else commits a set meanwhile. */
    private void look(NewSet set) {
        held.refresh();
        if (set.base().isEmpty()
                ? held.findFull(set.origin()).isPresent()
                : held.find(set.origin()).isPresent()) {
            throw new ConflictException(
                    ErrorCode.PLAN_OUTDATED,
                    "somebody else copied backup " + set.original().label() + " to repository " + repository.name()
                            + " meanwhile",
                    "repeat: what is there is not copied again");
        }
        for (BackupLabel leanedOn : set.leansOn()) {
            if (!held.isThere(leanedOn)) {
                throw new ConflictException(
                        ErrorCode.PLAN_OUTDATED,
                        "expire has chosen backup " + leanedOn + " of repository " + repository.name()
                                + ", which this copy would lean on",
                        "wait until expire has ended, and repeat: what was copied stays");
            }
        }
    }

    /** So that the copy can be a base as well as the original. */
    private static Optional<ServerMark> mark(NewSet set) {
        SetContents contents = set.entries().contents();
        return new SetRecords(contents.repository(), contents.layout())
                .mark(set.original().label());
    }

    private BackupRecord content(NewSet set, BackupLabel label) {
        BackupRecord original = set.original();
        records.start(label, original.wal().timeline(), original.wal().start(), mark(set));
        try (FrameWorkers workers = new FrameWorkers(set.entries().contents().source(), runtime.workers());
                BundleWriters bundles = new BundleWriters(repository, layout.set(label), runtime.workers());
                OrderedWork work = new OrderedWork(
                        runtime.executor(), WINDOWS_PER_WORKER * runtime.workers(), operation::heartbeat)) {
            ManifestRoot model = set.entries().contents().root();
            ManifestWriter manifest =
                    new ManifestWriter(new ManifestStore(repository, layout), label, bundles, model.pageSize());
            ContentCopier copier = new ContentCopier(workers, bundles, buffers, work, manifest, operation.progress());
            set.entries().files(copier, operation::heartbeat);
            copier.drain();
            List<ManifestRoot.Page> files = manifest.endSection();
            set.entries().late(copier);
            copier.drain();
            List<ManifestRoot.Page> late = manifest.endSection();
            flush(bundles);
            byte[] root = manifest.finish(new ManifestRoot(
                    label,
                    set.base().map(BackupRecord::label).stream().toList(),
                    List.of(),
                    model.pageSize(),
                    model.seed(),
                    files,
                    late,
                    model.tablespaces(),
                    model.databases(),
                    model.badPages()));
            bytesRead += copier.bytesRead();
            BackupSizes sizes = copier.counts().sizes(original.sizes(), bundles.storedBytes(), manifest.storedBytes());
            return record(set, label, sizes, root);
        }
    }

    private void flush(BundleWriters bundles) {
        try {
            bundles.flush(operation::heartbeat);
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }

    private BackupRecord record(NewSet set, BackupLabel label, BackupSizes sizes, byte[] root) {
        BackupRecord original = set.original();
        return new BackupRecord(
                label,
                operation.id(),
                set.references(),
                AdoptedWork.none(),
                original.started(),
                original.stopped(),
                original.wal(),
                sizes,
                original.server(),
                original.badPages(),
                original.annotations(),
                root,
                Optional.of(set.origin()));
    }

    /** Bytes read from bundles so far. */
    long bytesRead() {
        return bytesRead;
    }
}
