package io.pgbackup.core.repository.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.RetentionRule;
import io.pgbackup.catalog.RetentionRule.Every;
import io.pgbackup.catalog.RetentionRule.FullBackups;
import io.pgbackup.catalog.RetentionRule.RecoveryWindow;
import io.pgbackup.catalog.RetentionRule.YoungerThan;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/** Ten years of backups under random rules: what must hold on every single day, after thousands of expires. */
class RetentionPropertiesTest {
    private static final Instant BEGIN = Instant.parse("2016-02-28T01:00:00Z");
    private static final int TEN_YEARS = 3653;

    /** A catalog that grows by backups and shrinks by expires, and the memory of all there ever was. */
    private static final class Decade {
        final Random random;
        final int fullEvery;
        final int differentialEvery;
        final List<Candidate> history = new ArrayList<>();
        List<Candidate> present = new ArrayList<>();
        Instant now = BEGIN;

        Decade(Random random) {
            this.random = random;
            this.fullEvery = 1 + random.nextInt(31);
            this.differentialEvery = 2 + random.nextInt(6);
        }

        void nextDay(int day) {
            now = BEGIN.plus(Duration.ofDays(day)).plusSeconds(random.nextInt(3600));
            if (random.nextInt(20) == 0) {
                return; // nobody was there to take it
            }
            Candidate set = protect(damage(take(day)));
            present.add(set);
            history.add(set);
            now = now.plus(Duration.ofHours(1));
        }

        private Candidate take(int day) {
            Optional<Candidate> base = newest(day % differentialEvery == 0);
            if (day % fullEvery == 0 || base.isEmpty()) {
                return Candidates.full(now);
            }
            BackupType type = day % differentialEvery == 0 ? BackupType.DIFFERENTIAL : BackupType.INCREMENTAL;
            return Candidates.dependant(type, base.get(), now);
        }

        private Optional<Candidate> newest(boolean onFullOnly) {
            return present.stream()
                    .filter(Candidate::isUsable)
                    .filter(set -> !onFullOnly || set.label().type() == BackupType.FULL)
                    .max(Comparator.comparing(Candidate::label));
        }

        private Candidate damage(Candidate set) {
            int chance = random.nextInt(600);
            return chance < 10 ? Candidates.broken(set) : chance == 10 ? Candidates.unreadable(set) : set;
        }

        private Candidate protect(Candidate set) {
            return switch (random.nextInt(150)) {
                case 0 -> Candidates.pinned(set, Optional.of(now.plus(Duration.ofDays(random.nextInt(500)))));
                case 1 -> Candidates.locked(set, now.plus(Duration.ofDays(random.nextInt(500))));
                default -> set;
            };
        }

        List<Decision> plan(Retention retention) {
            return RetentionPlanner.plan(present, retention, now);
        }

        void expire(List<Decision> decisions) {
            Set<BackupLabel> kept = kept(decisions);
            present = present.stream().filter(set -> kept.contains(set.label())).collect(Collectors.toList());
        }
    }

    private static Set<BackupLabel> kept(List<Decision> decisions) {
        return decisions.stream().filter(Decision::keep).map(Decision::label).collect(Collectors.toSet());
    }

    private static Retention randomRetention(Random random) {
        Retention retention = switch (random.nextInt(4)) {
            case 0 -> Retention.keepFullBackups(1 + random.nextInt(4));
            case 1 -> Retention.keepFullBackups(1 + random.nextInt(4)).withDifferentials(1 + random.nextInt(3));
            case 2 -> Retention.keepYoungerThan(Duration.ofDays(1 + random.nextInt(60)));
            default -> Retention.keepGenerations(Every.WEEK, 1 + random.nextInt(6));
        };
        if (random.nextBoolean()) {
            retention = random.nextBoolean()
                    ? retention.andRecoveryWindow(Duration.ofDays(1 + random.nextInt(40)))
                    : retention.andRecoveryWindow(Period.ofMonths(1 + random.nextInt(3)));
        }
        if (random.nextInt(3) == 0) {
            retention = retention
                    .andGenerations(Every.MONTH, 1 + random.nextInt(14))
                    .andGenerations(Every.YEAR, 1 + random.nextInt(5));
        }
        return retention.atLeast(1 + random.nextInt(3));
    }

    @Property(tries = 1, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void onEveryDayOfTenYearsTheRulesHold(@ForAll long seed) {
        live(seed);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    @Tag("long")
    void onEveryDayOfManyDecadesTheRulesHold(@ForAll long seed) {
        live(seed);
    }

    private static void live(long seed) {
        Random random = new Random(seed);
        Decade decade = new Decade(random);
        Retention retention = randomRetention(random);
        for (int day = 0; day < TEN_YEARS; day++) {
            decade.nextDay(day);
            List<Decision> decisions = decade.plan(retention);
            assertThat(decisions).hasSize(decade.present.size());
            requireChains(decade.present, kept(decisions));
            requireProtected(decade, kept(decisions));
            decade.expire(decisions);
            if (random.nextInt(7) == 0) {
                assertThat(decade.plan(retention)).as("expire after expire").allMatch(Decision::keep);
                requireRules(decade, retention);
            }
        }
    }

    private static void requireChains(List<Candidate> present, Set<BackupLabel> kept) {
        Set<BackupLabel> there = present.stream().map(Candidate::label).collect(Collectors.toSet());
        for (Candidate set : present) {
            if (kept.contains(set.label())) {
                Set<BackupLabel> needed = new HashSet<>(set.references());
                needed.retainAll(there);
                assertThat(kept).as("what %s leans on", set.label()).containsAll(needed);
            }
        }
    }

    private static void requireProtected(Decade decade, Set<BackupLabel> kept) {
        for (Candidate set : decade.present) {
            boolean pinned = set.pin().filter(pin -> pin.holds(decade.now)).isPresent();
            boolean locked = set.lockedUntil().filter(decade.now::isBefore).isPresent();
            boolean unreadable = set.defect().map(Candidate.Defect::unreadable).orElse(false);
            if (pinned || locked || unreadable) {
                assertThat(kept).contains(set.label());
            }
        }
    }

    /** Whatever was expired in all the years before, what the rules name today is there. */
    private static void requireRules(Decade decade, Retention retention) {
        Set<BackupLabel> there = decade.present.stream().map(Candidate::label).collect(Collectors.toSet());
        List<Candidate> good =
                decade.history.stream().filter(Candidate::isUsable).toList();
        List<Candidate> fulls = good.stream().filter(Candidate::isUsableFull).toList();
        requireNewest(there, fulls, retention.minimum());
        requireNewest(there, good, 1);
        for (RetentionRule rule : retention.rules()) {
            if (rule instanceof FullBackups counted) {
                requireNewest(there, fulls, counted.count());
            } else if (rule instanceof YoungerThan younger) {
                assertThat(good)
                        .as("young ones")
                        .allMatch(set -> there.contains(set.label())
                                || !RetentionRule.later(set.stopped(), younger.age())
                                        .isAfter(decade.now));
            } else if (rule instanceof RecoveryWindow window) {
                requireWindow(decade, good, there, window);
            }
        }
    }

    private static void requireNewest(Set<BackupLabel> there, List<Candidate> sets, int count) {
        sets.subList(Math.max(0, sets.size() - count), sets.size())
                .forEach(set -> assertThat(there).contains(set.label()));
    }

    /** For every instant of the window, the newest set that had ended by then: it is enough to look at its begin and at each end within. */
    private static void requireWindow(
            Decade decade, List<Candidate> good, Set<BackupLabel> there, RecoveryWindow window) {
        for (int index = 0; index < good.size(); index++) {
            boolean newestAtSomeInstant = index + 1 == good.size()
                    || RetentionRule.later(good.get(index + 1).stopped(), window.length())
                            .isAfter(decade.now);
            if (newestAtSomeInstant) {
                BackupLabel label = good.get(index).label();
                assertThat(there.contains(label)).as("%s for the window", label).isTrue();
            }
        }
    }

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void aLooserRetentionKeepsASuperset(@ForAll long seed) {
        Random random = new Random(seed);
        Decade decade = new Decade(random);
        for (int day = 0; day < 200 + random.nextInt(200); day++) {
            decade.nextDay(day);
        }
        int fulls = 1 + random.nextInt(4);
        int days = 1 + random.nextInt(60);
        Retention some = Retention.keepFullBackups(fulls)
                .withDifferentials(1 + random.nextInt(2))
                .andYoungerThan(Duration.ofDays(days))
                .andRecoveryWindow(Duration.ofDays(days));
        Retention more = Retention.keepFullBackups(fulls + random.nextInt(2))
                .withDifferentials(2 + random.nextInt(3))
                .andYoungerThan(Duration.ofDays(days + random.nextInt(9)))
                .andRecoveryWindow(Duration.ofDays(days + random.nextInt(9)))
                .andGenerations(Every.MONTH, 1 + random.nextInt(5))
                .atLeast(1 + random.nextInt(4));
        assertThat(kept(decade.plan(more))).containsAll(kept(decade.plan(some)));
        assertThat(kept(decade.plan(Retention.keepFullBackups(fulls).andYoungerThan(Duration.ofDays(days)))))
                .as("a union keeps what each keeps")
                .containsAll(kept(decade.plan(Retention.keepFullBackups(fulls))))
                .containsAll(kept(decade.plan(Retention.keepYoungerThan(Duration.ofDays(days)))));
    }

    /** Clocks that jump by years: labels tell the order, and no wrong clock makes a set look older than it is. */
    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void aWrongClockNeverCostsWhatIsNewest(@ForAll long seed) {
        Random random = new Random(seed);
        Decade decade = new Decade(random);
        for (int day = 0; day < 120; day++) {
            decade.nextDay(day);
        }
        List<Candidate> skewed = new ArrayList<>();
        for (Candidate set : decade.present) {
            boolean wrong = set.isUsable() && random.nextInt(4) == 0;
            skewed.add(
                    wrong
                            ? Candidates.stopped(set, set.stopped().plus(Duration.ofDays(random.nextInt(8000) - 4000L)))
                            : set);
        }
        Collections.shuffle(skewed, random);
        Retention retention = randomRetention(random);
        Set<BackupLabel> kept = kept(RetentionPlanner.plan(skewed, retention, decade.now));
        Set<BackupLabel> wanted = kept(decade.plan(retention));
        List<Candidate> good =
                decade.present.stream().filter(Candidate::isUsable).toList();
        requireNewest(kept, good, 1);
        requireNewest(kept, good.stream().filter(Candidate::isUsableFull).toList(), retention.minimum());
        boolean byPeriods = retention.rules().stream().anyMatch(RetentionRule.Generations.class::isInstance);
        if (!byPeriods) {
            assertThat(kept).containsAll(wanted);
        }
    }

    @Property(tries = 15, shrinking = ShrinkingMode.OFF)
    void everyDecisionSaysWhyAndTheEndItNamesIsTheEnd(@ForAll long seed) {
        Random random = new Random(seed);
        Decade decade = new Decade(random);
        for (int day = 0; day < 150; day++) {
            decade.nextDay(day);
        }
        Retention retention = randomRetention(random);
        List<Decision> decisions = decade.plan(retention);
        assertThat(decisions).allSatisfy(decision -> {
            assertThat(decision.grounds()).isNotEmpty();
            assertThat(decision.reason()).isNotBlank();
            assertThat(decision.keep())
                    .isEqualTo(!decision.has(Cause.EXPIRED)
                            && !(decision.has(Cause.DAMAGED) && !kept(decisions).contains(decision.label())));
        });
        for (Decision decision : decisions) {
            decision.until().ifPresent(until -> {
                List<Decision> before = RetentionPlanner.plan(decade.present, retention, until.minusSeconds(1));
                List<Decision> then = RetentionPlanner.plan(decade.present, retention, until);
                assertThat(kept(before)).contains(decision.label());
                assertThat(kept(then)).doesNotContain(decision.label());
            });
        }
    }

    @Property(tries = 1000)
    void ofTwoMomentsTheLaterOneEndsNoEarlier(
            @ForAll @IntRange(max = 4000 * 24) int hour,
            @ForAll @IntRange(max = 100) int hours,
            @ForAll @IntRange(max = 40) int months,
            @ForAll @IntRange(max = 40) int days) {
        Instant one = BEGIN.plus(Duration.ofHours(hour));
        Instant other = one.plus(Duration.ofHours(hours));
        Period length = Period.of(0, months, days);
        assertThat(RetentionRule.later(other, length)).isAfterOrEqualTo(RetentionRule.later(one, length));
    }

    @Example
    void aMonthIsNeverCutShort() {
        Instant lastOfNovember = Instant.parse("2024-11-30T01:51:00Z");
        assertThat(RetentionRule.later(lastOfNovember, Period.ofMonths(3))).isEqualTo("2025-03-01T00:00:00Z");
        assertThat(RetentionRule.later(lastOfNovember, Period.ofMonths(1))).isEqualTo("2024-12-30T01:51:00Z");
        assertThat(RetentionRule.later(Instant.parse("2024-02-29T12:00:00Z"), Period.of(1, 0, 1)))
                .isEqualTo("2025-03-02T00:00:00Z");
    }
}
