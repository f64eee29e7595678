package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.DeletionConsent;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.ExpirePlan.Ground;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What goes if a set is deleted by name: the set and all that lean on it. A pure function. */
public final class DeletionPlanner {
    private DeletionPlanner() {}

    /**
     * Decides about every set.
     *
     * @param candidates the sets of one repository, in any order; the named one is among them
     * @param label the named set
     * @param consents what may be done because it was said by name
     * @param now the time
     * @return a decision for each, in the order in which they were taken
     * @throws ConflictException if a consent is missing, or the store has locked what would go
     */
    public static List<Decision> plan(
            Collection<Candidate> candidates, BackupLabel label, Set<DeletionConsent> consents, Instant now) {
        List<Candidate> all = new OrderedCandidates(candidates).all();
        Set<BackupLabel> going = withDependants(all, label);
        List<Decision> decisions = new ArrayList<>();
        for (Candidate candidate : all) {
            if (going.contains(candidate.label())) {
                requireFree(candidate, label, consents, now);
                decisions.add(new Decision(candidate.label(), false, grounds(candidate, label, now)));
            } else {
                decisions.add(new Decision(candidate.label(), true, "does not depend on " + label));
            }
        }
        boolean fullsNow = all.stream().anyMatch(Candidate::isUsableFull);
        boolean fullsThen =
                all.stream().anyMatch(candidate -> candidate.isUsableFull() && !going.contains(candidate.label()));
        if (fullsNow && !fullsThen && !consents.contains(DeletionConsent.LAST_FULL_BACKUP)) {
            throw new ConflictException(
                    ErrorCode.LAST_FULL_BACKUP,
                    "without " + label + " no full backup that can be restored would remain",
                    "take a full backup first, or say DeletionConsent.LAST_FULL_BACKUP");
        }
        return decisions;
    }

    private static Set<BackupLabel> withDependants(List<Candidate> all, BackupLabel label) {
        Set<BackupLabel> going = new HashSet<>(Set.of(label));
        boolean more = true;
        while (more) {
            more = all.stream()
                    .filter(candidate -> candidate.references().stream().anyMatch(going::contains))
                    .map(candidate -> going.add(candidate.label()))
                    .toList()
                    .contains(true);
        }
        return going;
    }

    private static void requireFree(
            Candidate candidate, BackupLabel label, Set<DeletionConsent> consents, Instant now) {
        String which = candidate.label() + (candidate.label().equals(label) ? "" : ", which depends on " + label + ",");
        candidate.lockedUntil().filter(now::isBefore).ifPresent(until -> {
            throw new ConflictException(
                    ErrorCode.BACKUP_PROTECTED,
                    which + " is locked by the store until " + until,
                    "wait until the lock has ended");
        });
        candidate.pin().filter(pin -> pin.holds(now)).ifPresent(pin -> {
            if (!consents.contains(DeletionConsent.PINNED)) {
                throw new ConflictException(
                        ErrorCode.BACKUP_PROTECTED,
                        which + " is pinned: " + pin.reason(),
                        "unpin it, or say DeletionConsent.PINNED");
            }
        });
    }

    private static List<Ground> grounds(Candidate candidate, BackupLabel label, Instant now) {
        List<Ground> grounds = new ArrayList<>();
        grounds.add(
                candidate.label().equals(label)
                        ? new Ground(Cause.NAMED, "to be deleted by name", Optional.empty())
                        : new Ground(Cause.DEPENDENT, "depends on " + label, Optional.empty()));
        candidate
                .pin()
                .filter(pin -> pin.holds(now))
                .map(RetentionPlanner::pinned)
                .ifPresent(grounds::add);
        return grounds;
    }
}
