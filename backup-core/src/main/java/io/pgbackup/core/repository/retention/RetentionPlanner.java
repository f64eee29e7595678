package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.ExpirePlan.Ground;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Applies a retention to a catalog: a pure function. What any rule keeps is kept, and so is the newest set, the minimum of full ones, what is pinned or
 * locked, and everything that a kept set leans on. Sets that cannot be restored count for nothing; they go when everything older is gone.
 */
public final class RetentionPlanner {
    private final OrderedCandidates sets;
    private final Map<BackupLabel, Candidate> byLabel;
    private final Retention retention;
    private final Instant now;
    private final RetentionRules rules;
    private final Map<BackupLabel, List<Ground>> grounds = new HashMap<>();

    private RetentionPlanner(Collection<Candidate> candidates, Retention retention, Instant now) {
        this.sets = new OrderedCandidates(candidates);
        this.byLabel = candidates.stream().collect(Collectors.toMap(Candidate::label, candidate -> candidate));
        this.retention = retention;
        this.now = now;
        this.rules = new RetentionRules(sets, now, this::keep);
    }

    /**
     * Decides about every set.
     *
     * @param candidates the sets of one repository, in any order
     * @param retention what to keep
     * @param now the time
     * @return a decision for each, in the order in which they were taken
     */
    public static List<Decision> plan(Collection<Candidate> candidates, Retention retention, Instant now) {
        RetentionPlanner planner = new RetentionPlanner(candidates, retention, now);
        planner.keepByRules();
        planner.keepNewest();
        planner.keepProtected();
        planner.keepNeeded();
        planner.keepDamaged();
        planner.keepNeeded();
        return planner.decisions();
    }

    private void keep(BackupLabel label, Ground ground) {
        grounds.computeIfAbsent(label, absent -> new ArrayList<>()).add(ground);
    }

    private void keepByRules() {
        retention.rules().forEach(rules::apply);
    }

    private void keepNewest() {
        List<Candidate> usable = sets.usable();
        if (!usable.isEmpty()) {
            keep(usable.get(usable.size() - 1).label(), ground(Cause.NEWEST, "the newest backup"));
        }
        for (Candidate full : sets.newestFulls(retention.minimum())) {
            keep(full.label(), ground(Cause.MINIMUM, "at least " + retention.minimum() + " full backups stay"));
        }
    }

    private void keepProtected() {
        for (Candidate candidate : sets.all()) {
            candidate.pin().filter(pin -> pin.holds(now)).ifPresent(pin -> keep(candidate.label(), pinned(pin)));
            candidate
                    .lockedUntil()
                    .filter(now::isBefore)
                    .ifPresent(until -> keep(
                            candidate.label(), new Ground(Cause.LOCKED, "locked by the store", Optional.of(until))));
        }
    }

    static Ground pinned(Pin pin) {
        return new Ground(Cause.PINNED, "pinned: " + pin.reason(), pin.until());
    }

    /** Whatever a kept set leans on; newest first, so that the end of what needs a set is known when it is looked at. */
    private void keepNeeded() {
        Map<BackupLabel, Set<BackupLabel>> needers = needers();
        for (int index = sets.all().size() - 1; index >= 0; index--) {
            BackupLabel label = sets.all().get(index).label();
            Set<BackupLabel> needing = needers.get(label);
            if (needing != null) {
                List<Ground> others = grounds.computeIfAbsent(label, absent -> new ArrayList<>());
                others.removeIf(ground -> ground.cause() == Cause.NEEDED);
                others.add(new Ground(Cause.NEEDED, needed(needing), lastEnd(needing)));
            }
        }
    }

    private Map<BackupLabel, Set<BackupLabel>> needers() {
        Map<BackupLabel, Set<BackupLabel>> needers = new HashMap<>();
        Set<BackupLabel> looked = new HashSet<>();
        List<BackupLabel> toLook = new ArrayList<>(grounds.keySet());
        while (!toLook.isEmpty()) {
            BackupLabel label = toLook.remove(toLook.size() - 1);
            if (looked.add(label)) {
                for (BackupLabel reference : references(label)) {
                    if (byLabel.containsKey(reference)) {
                        needers.computeIfAbsent(reference, absent -> new TreeSet<>())
                                .add(label);
                        toLook.add(reference);
                    }
                }
            }
        }
        return needers;
    }

    private List<BackupLabel> references(BackupLabel label) {
        return Optional.ofNullable(byLabel.get(label))
                .map(Candidate::references)
                .orElse(List.of());
    }

    private static String needed(Set<BackupLabel> needing) {
        int others = needing.size() - 1;
        return "needed by " + needing.iterator().next()
                + (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"));
    }

    private Optional<Instant> lastEnd(Set<BackupLabel> needing) {
        Instant last = Instant.MIN;
        for (BackupLabel label : needing) {
            Optional<Instant> end = new Decision(label, true, grounds.getOrDefault(label, List.of())).until();
            if (end.isEmpty()) {
                return Optional.empty();
            }
            last = end.get().isAfter(last) ? end.get() : last;
        }
        return Optional.of(last);
    }

    /** A record that cannot be read is not known to be worthless. What is worthless goes with the sets of its time, never before them. */
    private void keepDamaged() {
        Optional<Candidate> oldest = sets.usable().stream()
                .filter(candidate -> grounds.containsKey(candidate.label()))
                .findFirst();
        int passed = oldest.map(sets.all()::indexOf).orElse(0);
        for (int index = 0; index < sets.all().size(); index++) {
            Candidate candidate = sets.all().get(index);
            boolean unreadable =
                    candidate.defect().map(Candidate.Defect::unreadable).orElse(false);
            if (unreadable || !candidate.isUsable() && index >= passed) {
                keep(candidate.label(), damaged(candidate));
            }
        }
    }

    private static Ground damaged(Candidate candidate) {
        Candidate.Defect defect = candidate.defect().orElseThrow();
        return ground(
                Cause.DAMAGED,
                defect.unreadable()
                        ? defect.text() + ": it counts for nothing, and stays until it is deleted by name"
                        : "cannot be restored, counts for nothing: " + defect.text());
    }

    private List<Decision> decisions() {
        return sets.all().stream()
                .map(candidate -> Optional.ofNullable(grounds.get(candidate.label()))
                        .map(kept -> new Decision(candidate.label(), true, kept))
                        .orElseGet(() -> new Decision(candidate.label(), false, List.of(expired(candidate)))))
                .toList();
    }

    private Ground expired(Candidate candidate) {
        if (!candidate.isUsable()) {
            return damaged(candidate);
        }
        Set<String> why = new LinkedHashSet<>();
        retention.rules().forEach(rule -> why.add(rules.whyNot(rule, candidate)));
        return ground(Cause.EXPIRED, String.join("; ", why));
    }

    private static Ground ground(Cause cause, String text) {
        return new Ground(cause, text, Optional.empty());
    }
}
