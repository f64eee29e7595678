package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.DeletionConsent;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.core.repository.retention.Candidate;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether a plan still fits what is there; a plan made by hand is held to the same rules. For one call. */
final class PlanCheck {
    private final ExpirePlan plan;
    private final Set<BackupLabel> deleted;

    PlanCheck(ExpirePlan plan) {
        this.plan = plan;
        this.deleted = new HashSet<>(plan.backupsToDelete());
    }

    /** Before anything is written. */
    void requireCurrent(List<Candidate> present, Instant now) {
        requireSameSets(present);
        for (Candidate candidate : present) {
            if (!deleted.contains(candidate.label())
                    && candidate.references().stream().anyMatch(deleted::contains)) {
                throw outdated("the plan deletes what " + candidate.label() + " needs");
            }
            if (deleted.contains(candidate.label())
                    && candidate.lockedUntil().filter(now::isBefore).isPresent()) {
                throw outdated("the plan deletes " + candidate.label() + ", which the store has locked");
            }
        }
        for (Candidate candidate : present) {
            if (candidate.pin().isPresent()
                    && plan.decision(candidate.label())
                            .filter(decision -> !decision.keep() && !deletesWithConsent(plan, decision))
                            .isPresent()) {
                throw outdated("the plan deletes " + candidate.label() + ", which is pinned");
            }
        }
        requireFullBackup(present);
    }

    private void requireSameSets(List<Candidate> present) {
        Set<BackupLabel> planned =
                plan.decisions().stream().map(ExpirePlan.Decision::label).collect(Collectors.toSet());
        Set<BackupLabel> found = present.stream().map(Candidate::label).collect(Collectors.toSet());
        if (!planned.equals(found)) {
            throw outdated("the catalog changed since the plan was made");
        }
    }

    private void requireFullBackup(List<Candidate> present) {
        boolean nothingLeft =
                !present.isEmpty() && present.stream().map(Candidate::label).allMatch(deleted::contains);
        boolean fulls = present.stream().anyMatch(Candidate::isUsableFull);
        boolean fullsLeft = present.stream()
                .anyMatch(candidate -> candidate.isUsableFull() && !deleted.contains(candidate.label()));
        if ((nothingLeft || fulls && !fullsLeft) && !plan.consents().contains(DeletionConsent.LAST_FULL_BACKUP)) {
            throw outdated("the plan leaves no full backup that can be restored");
        }
    }

    /** Whether a pinned set is deleted because that was said by name; a pin set after the plan was made is not meant. */
    static boolean deletesWithConsent(ExpirePlan plan, ExpirePlan.Decision decision) {
        return !decision.keep() && decision.has(Cause.PINNED) && plan.consents().contains(DeletionConsent.PINNED);
    }

    private ConflictException outdated(String what) {
        return new ConflictException(
                ErrorCode.PLAN_OUTDATED,
                "repository " + plan.repository().name() + ": " + what,
                "plan again, and apply the plan as it is made");
    }
}
