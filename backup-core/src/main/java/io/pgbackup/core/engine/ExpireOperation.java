package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.Leases;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.SetDeletion;
import io.pgbackup.core.repository.SetRecords;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
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
        requireCurrent(plan);
        List<BackupLabel> chosen = newestFirst(plan.backupsToDelete());
        for (BackupLabel label : chosen) {
            operation.heartbeat();
            records.retire(label, reason(plan, label), operation.clock().instant());
        }
        Set<BackupLabel> leanedOn = leanedOn(chosen);
        List<BackupLabel> deleted = new ArrayList<>();
        List<BackupLabel> postponed = new ArrayList<>();
        long freed = finishEarlier();
        for (BackupLabel label : chosen) {
            operation.heartbeat();
            if (leanedOn.contains(label)) {
                postponed.add(label);
                operation.warn(label.toString(), "a running operation leans on it: it stays until that has ended");
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

    private void requireCurrent(ExpirePlan plan) {
        List<BackupLabel> planned =
                plan.decisions().stream().map(ExpirePlan.Decision::label).toList();
        List<BackupLabel> present =
                catalog.backups().stream().map(BackupRecord::label).toList();
        if (!planned.equals(present)) {
            throw new ConflictException(
                    ErrorCode.PLAN_OUTDATED,
                    "the catalog of repository " + repository.name() + " changed since the plan was made",
                    "plan again");
        }
        Set<BackupLabel> deleted = new HashSet<>(plan.backupsToDelete());
        for (BackupRecord backup : catalog.backups()) {
            if (!deleted.contains(backup.label())
                    && backup.references().stream().anyMatch(deleted::contains)) {
                throw new ConflictException(
                        ErrorCode.PLAN_OUTDATED,
                        "the plan deletes what " + backup.label() + " needs",
                        "use plans as planExpire makes them");
            }
        }
        if (!present.isEmpty() && deleted.containsAll(present)) {
            throw new ConflictException(
                    ErrorCode.PLAN_OUTDATED, "the plan deletes every backup", "use plans as planExpire makes them");
        }
    }

    /** Begin first, then record: a set that was begun before it was chosen is seen here, one begun later looks and chooses again. */
    private Set<BackupLabel> leanedOn(List<BackupLabel> chosen) {
        Set<BackupLabel> leanedOn = new HashSet<>();
        for (BackupLabel label : catalog.unsettled()) {
            records.leansOn(label).ifPresent(leanedOn::addAll);
        }
        for (BackupRecord backup : catalog.backups()) {
            if (!chosen.contains(backup.label())) {
                leanedOn.addAll(backup.references());
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
