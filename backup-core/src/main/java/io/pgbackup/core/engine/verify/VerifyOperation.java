package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Secret;
import io.pgbackup.catalog.Verification;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.core.crypto.Attestation;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.ObjectFaults;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.AttestedSets;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.VerifyRecords;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.RepositoryException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Proves what a repository holds of a cluster. Each set is looked at by itself and each stored object once; damage becomes a finding and the rest is still
 * looked at. Every set that was looked at is remembered at once, so that a verification that was interrupted can be taken up again. For one call.
 */
public final class VerifyOperation {
    /** Sets whose manifests are looked at while the content of another is read. */
    private static final int SETS_AHEAD = 4;

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final PgBackupRuntime runtime;
    private final VerifyRequest request;
    private final Catalog catalog;
    private final VerifyRecords remembered;
    private final Findings findings;
    private final Optional<AttestedSets> attested;
    private final List<BackupLabel> verified = new ArrayList<>();
    private final List<BackupLabel> skipped = new ArrayList<>();
    private long bytesRead;

    /**
     * For one call.
     *
     * @param operation the call
     * @param repository where
     * @param layout of the cluster
     * @param runtime whose workers read
     * @param request what is wanted
     */
    public VerifyOperation(
            Operation operation,
            OpenRepository repository,
            ClusterLayout layout,
            PgBackupRuntime runtime,
            VerifyRequest request) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.runtime = runtime;
        this.request = request;
        this.catalog = new Catalog(repository, layout);
        this.remembered = new VerifyRecords(repository, layout);
        this.findings = new Findings(layout);
        this.attested = request.attestation().map(source -> {
            try (Secret key = source.obtain()) {
                return new AttestedSets(repository, layout, Attestation.with(key));
            }
        });
    }

    /**
     * Verifies.
     *
     * @return what was found
     */
    public VerifyReport run() {
        if (request.depth() != VerifyDepth.CATALOG) {
            CipherWarmup.run();
        }
        List<BackupRecord> records = readable();
        findings.know(records);
        if (request.only().isEmpty()) {
            new LeftoverCheck(repository, layout, records, findings).check(now());
        }
        long seed = request.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        verify(due(wanted(records)), seed);
        if (request.only().isEmpty()) {
            verifyWal(records);
        }
        operation.fact("depth", request.depth().name());
        operation.fact("verified", verified.toString());
        operation.fact("seed", Long.toString(seed));
        List<VerifyReport.Finding> found = request.storeExpiresAfter()
                .map(rule -> new ProviderExpiry(rule, now()).explain(findings.result()))
                .orElseGet(findings::result);
        operation.fact("findings", Integer.toString(found.size()));
        return new VerifyReport(
                operation.id(),
                request.depth(),
                verified,
                skipped,
                bytesRead,
                found,
                operation.cancellation().elapsed());
    }

    private Instant now() {
        return operation.clock().instant();
    }

    /** Every set whose record can be read; for one whose record cannot, that is all there is to say. */
    private List<BackupRecord> readable() {
        List<BackupRecord> records = new ArrayList<>();
        for (BackupLabel label : catalog.settledLabels()) {
            operation.heartbeat();
            boolean asked = request.only().isEmpty() || request.only().contains(label);
            Runnable look = () -> catalog.find(label).ifPresent(records::add);
            if (asked) {
                findings.needing(label, layout.record(label), look);
            } else {
                new Findings(layout).needing(label, layout.record(label), look);
            }
        }
        return records;
    }

    private List<BackupRecord> wanted(List<BackupRecord> records) {
        if (request.only().isEmpty()) {
            return records;
        }
        Set<BackupLabel> wanted = new HashSet<>(request.only());
        for (BackupRecord record : records) {
            if (request.only().contains(record.label())) {
                wanted.addAll(record.references());
            }
        }
        Set<BackupLabel> settled = new HashSet<>(catalog.settledLabels());
        request.only().stream()
                .filter(label -> !settled.contains(label))
                .findFirst()
                .ifPresent(catalog::require);
        return records.stream()
                .filter(record -> wanted.contains(record.label()))
                .toList();
    }

    private List<BackupRecord> due(List<BackupRecord> records) {
        List<BackupRecord> due = new ArrayList<>();
        for (BackupRecord record : records) {
            operation.heartbeat();
            if (isDue(record.label())) {
                due.add(record);
            } else {
                skipped.add(record.label());
            }
        }
        return due;
    }

    private boolean isDue(BackupLabel label) {
        if (request.notVerifiedFor().isEmpty()) {
            return true;
        }
        Instant now = now();
        try {
            Instant since = now.minus(request.notVerifiedFor().get());
            return !remembered.isClean(label, request.depth(), since, now);
        } catch (RepositoryException e) {
            ObjectFaults.require(e);
            operation.warn(
                    label.toString(),
                    "it is verified anew, the record of its last verification cannot be read: " + e.getMessage());
            return true;
        }
    }

    private void verifyWal(List<BackupRecord> records) {
        operation.progress().phase("verifying WAL");
        WalCheck check = new WalCheck(repository, layout, findings);
        check.check(records);
        if (request.depth() == VerifyDepth.CONTENT) {
            try (OrderedWork work = new OrderedWork(runtime.executor(), 2 * runtime.workers(), operation::heartbeat)) {
                bytesRead += check.prove(work);
            }
        }
    }

    private void verify(List<BackupRecord> due, long seed) {
        SetCheck check = new SetCheck(repository, layout, findings);
        int ahead = Math.min(SETS_AHEAD, runtime.workers());
        try (OrderedWork work = new OrderedWork(runtime.executor(), ahead, operation::heartbeat)) {
            for (BackupRecord record : due) {
                work.submit(() -> check.check(record), checked -> finish(checked, seed));
            }
            work.drain();
        }
    }

    private void finish(SetCheck.Checked checked, long seed) {
        BackupRecord record = checked.record();
        BackupLabel label = record.label();
        operation.progress().phase("verifying " + label);
        double share = request.shareOf(record.sizes().stored() + record.sizes().walStored());
        if (share > 0 && checked.contents().isPresent()) {
            FrameSample sample = new FrameSample(seed, share);
            bytesRead += new ContentCheck(operation, runtime, findings)
                    .read(checked.contents().get(), checked.bundles(), sample);
        }
        if (!isStillThere(label)) {
            findings.forget(label);
            // What it builds upon may have gone with it, though it was there when its turn was.
            record.references().stream()
                    .filter(reference -> !isStillThere(reference))
                    .forEach(findings::forget);
            operation.warn(label.toString(), "was removed while it was verified");
            return;
        }
        verified.add(label);
        remember(label);
    }

    /** Expire may remove a set while it is looked at: what is missing then is no damage. */
    private boolean isStillThere(BackupLabel label) {
        return repository.stat(layout.record(label)).isPresent()
                && repository.stat(layout.retirement(label)).isEmpty();
    }

    private void remember(BackupLabel label) {
        try {
            Verification verification = new Verification(now(), request.depth(), findings.isClean(label));
            Optional<String> signature = attested.flatMap(sets -> sets.sign(label, verification));
            remembered.write(label, verification, operation.id(), signature);
        } catch (RepositoryException e) {
            operation.warn(label.toString(), "that it was verified could not be written down: " + e.getMessage());
        }
    }
}
