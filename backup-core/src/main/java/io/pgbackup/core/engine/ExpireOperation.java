package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.core.archive.ArchiveExpiry;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.retention.DistrustfulCatalog;
import io.pgbackup.core.repository.retention.Expiry;
import io.pgbackup.core.repository.retention.Pins;
import io.pgbackup.core.repository.retention.RetentionCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Removes what a plan says, unless the catalog is another one by now. For one call. */
final class ExpireOperation {
    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;

    ExpireOperation(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
    }

    ExpireResult run(ExpirePlan plan) {
        requireCurrent(plan);
        takeConsentedPinsAway(plan);
        Map<BackupLabel, String> chosen = new HashMap<>();
        plan.decisions().stream()
                .filter(decision -> !decision.keep())
                .forEach(decision -> chosen.put(decision.label(), decision.reason()));
        Expiry expiry = new Expiry(repository, layout, ages(plan), operation.clock(), operation::heartbeat);
        Expiry.Outcome outcome =
                plan.untrustedSource().isPresent() ? expiry.runDistrustfully(chosen) : expiry.run(chosen);
        outcome.foreign()
                .forEach(
                        label -> operation.warn(
                                label.toString(),
                                "somebody marked it as expired, though the retention keeps it: it stays, but is not listed any more"));
        outcome.postponed()
                .forEach(
                        label -> operation.warn(
                                label.toString(),
                                "it is pinned, or a running operation or a backup that stays leans on it: it stays until that has ended"));
        outcome.ghosts()
                .forEach(label -> operation.warn(
                        label.toString(), "its commit record was removed: all of its data had been deleted before"));
        operation.fact("deleted", outcome.deleted().toString());
        ArchiveExpiry.Removed wal = new ArchiveExpiry(repository, layout, operation::heartbeat)
                .run(new ArchiveExpiry.Rule(plan.walOf(), plan.grace()));
        wal.stopped().ifPresent(reason -> operation.warn("WAL", "nothing was removed: " + reason));
        operation.fact("walFiles", Long.toString(wal.files()));
        operation.fact("walFilesWaiting", Long.toString(wal.waiting()));
        return new ExpireResult(
                operation.id(),
                outcome.deleted(),
                outcome.waiting(),
                outcome.postponed(),
                outcome.abandoned(),
                wal.files(),
                outcome.freed() + wal.bytes(),
                operation.warnings(),
                operation.cancellation().elapsed());
    }

    private void requireCurrent(ExpirePlan plan) {
        PlanCheck check = new PlanCheck(plan);
        if (plan.untrustedSource().isEmpty()) {
            Instant now = operation.clock().instant();
            check.requireCurrent(new RetentionCatalog(repository, layout).candidates(now), now);
            return;
        }
        DistrustfulCatalog catalog = new DistrustfulCatalog(
                repository, layout, plan.untrustedSource().get());
        check.requireCurrent(catalog.candidates(), catalog.now());
        catalog.requireOld(plan.decisions());
    }

    /** So that expire needs to know one thing about pins only: a set with a pin stays. */
    private void takeConsentedPinsAway(ExpirePlan plan) {
        Pins pins = new Pins(repository, layout);
        for (ExpirePlan.Decision decision : plan.decisions()) {
            if (PlanCheck.deletesWithConsent(plan, decision)) {
                pins.remove(decision.label(), operation.clock().instant());
            }
        }
    }

    /** What was aborted may be adopted by the next backup, so it has the same grace; and its holder may be alive for a term. */
    private Expiry.Ages ages(ExpirePlan plan) {
        Duration term = operation.patience().watch().terms().term();
        return new Expiry.Ages(plan.grace(), plan.grace().compareTo(term) > 0 ? plan.grace() : term);
    }
}
