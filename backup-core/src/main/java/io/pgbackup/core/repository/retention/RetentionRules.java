package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpirePlan.Ground;
import io.pgbackup.catalog.RetentionRule;
import io.pgbackup.catalog.RetentionRule.FullBackups;
import io.pgbackup.catalog.RetentionRule.Generations;
import io.pgbackup.catalog.RetentionRule.RecoveryWindow;
import io.pgbackup.catalog.RetentionRule.YoungerThan;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.IsoFields;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What single rules keep of sets that count. A pure function; for one call. */
final class RetentionRules {
    private final OrderedCandidates sets;
    private final Instant now;
    private final BiConsumer<BackupLabel, Ground> kept;

    /** {@code kept} hears of every set that a rule keeps, and why. */
    RetentionRules(OrderedCandidates sets, Instant now, BiConsumer<BackupLabel, Ground> kept) {
        this.sets = sets;
        this.now = now;
        this.kept = kept;
    }

    void apply(RetentionRule rule) {
        if (rule instanceof FullBackups fulls) {
            apply(fulls);
        } else if (rule instanceof YoungerThan younger) {
            apply(younger);
        } else if (rule instanceof RecoveryWindow window) {
            apply(window);
        } else if (rule instanceof Generations generations) {
            apply(generations);
        }
    }

    private void apply(FullBackups rule) {
        for (Candidate full : sets.newestFulls(rule.count())) {
            keep(full, Cause.FULL_BACKUPS, "one of the newest " + rule.count() + " full backups", Optional.empty());
            List<Candidate> dependants = sets.dependants(full);
            for (Candidate dependant : dependants.subList(firstKept(rule, dependants), dependants.size())) {
                keep(dependant, Cause.FULL_BACKUPS, "depends on " + full.label() + ", which is kept", Optional.empty());
            }
        }
    }

    /** Index of the oldest differential set that is kept; 0 if there are not more than are kept. */
    private static int firstKept(FullBackups rule, List<Candidate> dependants) {
        int left = rule.differentials().orElse(Integer.MAX_VALUE);
        int oldest = 0;
        for (int index = dependants.size() - 1; index >= 0; index--) {
            if (dependants.get(index).label().type() == BackupType.DIFFERENTIAL) {
                if (left == 0) {
                    return oldest;
                }
                oldest = index;
                left--;
            }
        }
        return 0;
    }

    private void apply(YoungerThan rule) {
        for (Candidate candidate : sets.usable()) {
            Instant end = RetentionRule.later(sets.time(candidate), rule.age());
            if (end.isAfter(now)) {
                keep(candidate, Cause.AGE, rule.toString(), Optional.of(end));
            }
        }
    }

    /** A set is needed until the next one has left the window. */
    private void apply(RecoveryWindow rule) {
        List<Candidate> usable = sets.usable();
        for (int index = 0; index < usable.size(); index++) {
            Optional<Instant> end = index + 1 == usable.size()
                    ? Optional.empty()
                    : Optional.of(RetentionRule.later(sets.time(usable.get(index + 1)), rule.length()));
            if (end.isEmpty() || end.get().isAfter(now)) {
                keep(usable.get(index), Cause.RECOVERY_WINDOW, "needed for the " + rule, end);
            }
        }
    }

    private void apply(Generations rule) {
        Set<String> periods = new HashSet<>();
        for (int index = sets.usable().size() - 1; index >= 0 && periods.size() < rule.count(); index--) {
            Candidate candidate = sets.usable().get(index);
            String period = period(rule, sets.time(candidate).atZone(ZoneOffset.UTC));
            if (periods.add(period)) {
                keep(candidate, Cause.GENERATION, "the newest of " + period, Optional.empty());
            }
        }
    }

    private static String period(Generations rule, ZonedDateTime time) {
        return switch (rule.every()) {
            case DAY -> time.toLocalDate().toString();
            case WEEK ->
                String.format(
                        Locale.ROOT,
                        "%d-W%02d",
                        time.get(IsoFields.WEEK_BASED_YEAR),
                        time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case MONTH -> String.format(Locale.ROOT, "%d-%02d", time.getYear(), time.getMonthValue());
            case YEAR -> Integer.toString(time.getYear());
        };
    }

    private void keep(Candidate candidate, Cause cause, String text, Optional<Instant> until) {
        kept.accept(candidate.label(), new Ground(cause, text, until));
    }

    /** Why a rule does not keep a set that it does not keep. */
    String whyNot(RetentionRule rule, Candidate candidate) {
        if (rule instanceof FullBackups fulls) {
            return whyNot(fulls, candidate);
        }
        if (rule instanceof YoungerThan || rule instanceof RecoveryWindow) {
            return "complete at " + sets.time(candidate) + ": not "
                    + (rule instanceof YoungerThan ? rule.toString() : "needed for the " + rule);
        }
        return "not " + rule;
    }

    private String whyNot(FullBackups rule, Candidate candidate) {
        if (candidate.label().type() == BackupType.FULL) {
            return "older than the newest " + rule.count() + " full backups";
        }
        BackupLabel full = candidate.label().chain();
        boolean fullKept = sets.newestFulls(rule.count()).stream()
                .anyMatch(kept -> kept.label().equals(full));
        return fullKept
                ? "older than the newest " + rule.differentials().orElse(0) + " differential backups of " + full
                : "depends on " + full + ", which is not among the newest " + rule.count() + " full backups";
    }
}
