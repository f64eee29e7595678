package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.core.repository.Candidate;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.Leases;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.Pins;
import io.pgbackup.core.repository.RetentionCatalog;
import io.pgbackup.core.repository.SetDeletion;
import io.pgbackup.core.repository.SetRecords;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes what a plan says: retire, look, delete. A set is first marked as chosen; only then is looked whether a running operation leans on it; only
 * then is it deleted, its record first. For one call.
 */
final class ExpireOperation {
    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;
    private final SetRecords records;

    ExpireOperation(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
        this.records = new SetRecords(repository, layout);
    }

    ExpireResult run(ExpirePlan plan) {
        List<Candidate> present = new RetentionCatalog(repository, layout)
                .candidates(operation.clock().instant());
        PlanCheck check = new PlanCheck(plan);
        check.requireCurrent(present);
        List<BackupLabel> chosen = newestFirst(plan.backupsToDelete());
        for (BackupLabel label : chosen) {
            operation.heartbeat();
            records.retire(label, reason(plan, label), operation.clock().instant());
        }
        Set<BackupLabel> pinned = check.pinnedSince(new Pins(repository, layout)
                .holding(operation.clock().instant())
                .keySet());
        Set<BackupLabel> leanedOn = leanedOn();
        leanedOn.addAll(leanedOnByStaying(present, chosen, pinned));
        List<BackupLabel> deleted = new ArrayList<>();
        List<BackupLabel> postponed = new ArrayList<>();
        long freed = finishEarlier();
        for (BackupLabel label : chosen) {
            operation.heartbeat();
            if (pinned.contains(label)) {
                postponed.add(label);
                operation.warn(label.toString(), "somebody pinned it at this moment: it stays");
            } else if (leanedOn.contains(label)) {
                postponed.add(label);
                operation.warn(label.toString(), "a running operation or a set that stays leans on it: it stays as long");
            } else {
                freed += new SetDeletion(repository, layout, operation::heartbeat).delete(label);
                deleted.add(label);
            }
        }
        forgetDeleted();
        operation.fact("deleted", deleted.toString());
        return new ExpireResult(
                operation.id(),
                deleted,
                postponed,
                freed,
                operation.warnings(),
                operation.cancellation().elapsed());
    }

    /** Deletions that were interrupted: those sets are listed no more, what is left of them only takes space. */
    private long finishEarlier() {
        long freed = 0;
        for (BackupLabel label : catalog.halfDeleted()) {
            freed += new SetDeletion(repository, layout, operation::heartbeat).delete(label);
        }
        return freed;
    }

    private void forgetDeleted() {
        Set<BackupLabel> named = new Leases(repository, layout).sweep();
        SetDeletion deletion = new SetDeletion(repository, layout, operation::heartbeat);
        catalog.halfDeleted().stream().filter(label -> !named.contains(label)).forEach(deletion::forget);
    }

    /** Begin first, then record: a set that was begun before it was chosen is seen here, one begun later looks and chooses again. */
    private Set<BackupLabel> leanedOn() {
        Set<BackupLabel> leanedOn = new HashSet<>();
        for (BackupLabel label : catalog.unsettled()) {
            records.leansOn(label).ifPresent(leanedOn::addAll);
        }
        return leanedOn;
    }

    /** What those lean on that stay: planned so, pinned at this moment, or committed since the plan was checked. */
    private Set<BackupLabel> leanedOnByStaying(
            List<Candidate> present, List<BackupLabel> chosen, Set<BackupLabel> pinned) {
        Set<BackupLabel> leanedOn = new HashSet<>();
        Set<BackupLabel> known = new HashSet<>();
        for (Candidate candidate : present) {
            known.add(candidate.label());
            if (!chosen.contains(candidate.label()) || pinned.contains(candidate.label())) {
                leanedOn.addAll(candidate.references());
            }
        }
        for (BackupLabel label : catalog.settledLabels()) {
            if (!known.contains(label)) {
                catalog.find(label).ifPresent(backup -> leanedOn.addAll(backup.references()));
            }
        }
        return leanedOn;
    }

    private static List<BackupLabel> newestFirst(List<BackupLabel> labels) {
        return labels.stream().sorted(java.util.Comparator.reverseOrder()).toList();
    }

    private static String reason(ExpirePlan plan, BackupLabel label) {
        return plan.decisions().stream()
                .filter(decision -> decision.label().equals(label))
                .map(ExpirePlan.Decision::reason)
                .findFirst()
                .orElse("");
    }
}
