package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.Expiry;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Removes what a plan says, unless the catalog is another one by now. For one call. */
final class ExpireOperation {
    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;

    ExpireOperation(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
    }

    ExpireResult run(ExpirePlan plan) {
        requireCurrent(plan);
        Map<BackupLabel, String> chosen = new HashMap<>();
        plan.decisions().stream()
                .filter(decision -> !decision.keep())
                .forEach(decision -> chosen.put(decision.label(), decision.reason()));
        Expiry.Outcome outcome =
                new Expiry(repository, layout, ages(plan), operation.clock(), operation::heartbeat).run(chosen);
        outcome.postponed()
                .forEach(label -> operation.warn(
                        label.toString(),
                        "a running operation or a backup that is kept leans on it: it stays until that has ended"));
        outcome.ghosts()
                .forEach(label -> operation.warn(
                        label.toString(), "its commit record was removed: all of its data had been deleted before"));
        operation.fact("deleted", outcome.deleted().toString());
        return new ExpireResult(
                operation.id(),
                outcome.deleted(),
                outcome.waiting(),
                outcome.postponed(),
                outcome.abandoned(),
                outcome.freed(),
                operation.warnings(),
                operation.cancellation().elapsed());
    }

    /** What was aborted may be adopted by the next backup, so it has the same grace; and its holder may be alive for a term. */
    private Expiry.Ages ages(ExpirePlan plan) {
        Duration term = operation.patience().watch().terms().term();
        return new Expiry.Ages(plan.grace(), plan.grace().compareTo(term) > 0 ? plan.grace() : term);
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
}
