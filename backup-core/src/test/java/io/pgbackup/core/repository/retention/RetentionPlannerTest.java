package io.pgbackup.core.repository.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupType;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.RetentionRule.Every;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetentionPlannerTest {
    private static final Instant NOW = Candidates.at("2026-06-30");

    private static List<String> kept(List<Candidate> sets, Retention retention) {
        return RetentionPlanner.plan(sets, retention, NOW).stream()
                .filter(Decision::keep)
                .map(decision -> decision.label().toString())
                .toList();
    }

    private static List<String> names(Candidate... sets) {
        return Stream.of(sets).map(set -> set.label().toString()).toList();
    }

    private static Decision decision(List<Candidate> sets, Retention retention, Candidate set) {
        return RetentionPlanner.plan(sets, retention, NOW).stream()
                .filter(decision -> decision.label().equals(set.label()))
                .findFirst()
                .orElseThrow();
    }

    private final Candidate january = Candidates.full("2026-01-01");
    private final Candidate afterJanuary = Candidates.incremental(january, "2026-01-02");
    private final Candidate march = Candidates.full("2026-03-01");
    private final Candidate firstDifferential = Candidates.differential(march, "2026-03-05");
    private final Candidate onFirst = Candidates.incremental(firstDifferential, "2026-03-06");
    private final Candidate secondDifferential = Candidates.differential(march, "2026-03-10");
    private final Candidate onSecond = Candidates.incremental(secondDifferential, "2026-03-11");
    private final List<Candidate> spring =
            List.of(january, afterJanuary, march, firstDifferential, onFirst, secondDifferential, onSecond);

    @Test
    void anEmptyCatalogGivesAnEmptyPlan() {
        assertThat(RetentionPlanner.plan(List.of(), Retention.keepFullBackups(1), NOW))
                .isEmpty();
    }

    @Test
    void fullBackupsAreKeptWithWhatDependsOnThem() {
        assertThat(kept(spring, Retention.keepFullBackups(2))).hasSize(7);
        assertThat(kept(spring, Retention.keepFullBackups(1)))
                .isEqualTo(names(march, firstDifferential, onFirst, secondDifferential, onSecond));
        assertThat(decision(spring, Retention.keepFullBackups(1), afterJanuary).reason())
                .isEqualTo("depends on 20260101-000000F, which is not among the newest 1 full backups");
    }

    @Test
    void differentialsAreCountedForEachFull() {
        Retention retention = Retention.keepFullBackups(2).withDifferentials(1);
        assertThat(kept(spring, retention))
                .isEqualTo(names(january, afterJanuary, march, secondDifferential, onSecond));
        assertThat(decision(spring, retention, onFirst).reason())
                .isEqualTo("older than the newest 1 differential backups of 20260301-000000F");
        assertThat(kept(spring, Retention.keepFullBackups(1).withDifferentials(2)))
                .isEqualTo(names(march, firstDifferential, onFirst, secondDifferential, onSecond));
    }

    @Test
    void whatAgesSayNeverCostsTheNewestAndTheMinimum() {
        Retention week = Retention.keepYoungerThan(Duration.ofDays(7));
        assertThat(kept(spring, week)).isEqualTo(names(march, secondDifferential, onSecond));
        assertThat(kept(spring, week.atLeast(2))).isEqualTo(names(january, march, secondDifferential, onSecond));
        assertThat(decision(spring, week.atLeast(2), january).reason()).isEqualTo("at least 2 full backups stay");
    }

    /** Many incremental ones on one full one are still one full one. */
    @Test
    void theMinimumCountsFullBackupsOnly() {
        Candidate last = march;
        List<Candidate> sets = new ArrayList<>(List.of(january, march));
        for (int day = 1; day <= 20; day++) {
            last = Candidates.dependant(
                    BackupType.INCREMENTAL, last, march.stopped().plus(Duration.ofDays(day)));
            sets.add(last);
        }
        assertThat(kept(sets, Retention.keepYoungerThan(Duration.ofDays(1)).atLeast(2)))
                .contains(january.label().toString());
    }

    @Test
    void theWindowKeepsTheNewestSetFromBeforeItsBegin() {
        Candidate may = Candidates.full("2026-05-01");
        Candidate inMay = Candidates.incremental(may, "2026-05-20");
        Candidate june = Candidates.full("2026-06-15");
        List<Candidate> sets = List.of(january, may, inMay, june);
        Retention month = Retention.keepRecoveryWindow(Period.ofMonths(1));
        assertThat(kept(sets, month)).isEqualTo(names(may, inMay, june));
        Decision decision = decision(sets, month, inMay);
        assertThat(decision.has(Cause.RECOVERY_WINDOW)).isTrue();
        assertThat(decision.until()).contains(Instant.parse("2026-07-15T00:10:00Z"));
        assertThat(decision(sets, month, may).until()).as("needed as long").isEqualTo(decision.until());
        assertThat(decision(sets, month, june).until()).isEmpty();
    }

    @Test
    void generationsKeepTheNewestOfEachPeriod() {
        List<Candidate> sets = new ArrayList<>();
        for (Instant time = Candidates.at("2024-01-01"); time.isBefore(NOW); time = time.plus(Duration.ofDays(1))) {
            sets.add(Candidates.full(time));
        }
        assertThat(kept(sets, Retention.keepGenerations(Every.DAY, 3)))
                .containsExactly("20260627-000000F", "20260628-000000F", "20260629-000000F");
        assertThat(kept(
                        sets,
                        Retention.keepGenerations(Every.WEEK, 2)
                                .andGenerations(Every.MONTH, 2)
                                .andGenerations(Every.YEAR, 3)))
                .containsExactly(
                        "20241231-000000F",
                        "20251231-000000F",
                        "20260531-000000F",
                        "20260628-000000F",
                        "20260629-000000F");
    }

    @Test
    void damagedSetsNeverPushAGoodOneOut() {
        Candidate april = Candidates.broken(Candidates.full("2026-04-01"));
        Candidate june = Candidates.unreadable(Candidates.full("2026-06-01"));
        List<Candidate> sets = List.of(january, march, april, june);
        assertThat(kept(sets, Retention.keepFullBackups(1))).isEqualTo(names(march, april, june));
        assertThat(kept(sets, Retention.keepFullBackups(2))).hasSize(4);
        Candidate newest = Candidates.full("2026-06-20");
        List<Candidate> later = List.of(january, march, april, june, newest);
        assertThat(kept(later, Retention.keepFullBackups(1)))
                .as("what is worthless goes with its time, what cannot be read stays")
                .isEqualTo(names(june, newest));
        assertThat(decision(later, Retention.keepFullBackups(1), april).reason())
                .contains("its manifest is missing");
    }

    @Test
    void aPinKeepsTheChainUntilItEnds() {
        Candidate pinned = Candidates.pinned(afterJanuary, Optional.of(NOW.plusSeconds(1)));
        List<Candidate> sets = List.of(january, pinned, march);
        Retention one = Retention.keepFullBackups(1);
        assertThat(kept(sets, one)).isEqualTo(names(january, afterJanuary, march));
        assertThat(decision(sets, one, january).reason()).isEqualTo("needed by 20260101-000000F_20260102-000000I");
        assertThat(decision(sets, one, january).until()).contains(NOW.plusSeconds(1));
        Candidate ended = Candidates.pinned(afterJanuary, Optional.of(NOW));
        assertThat(kept(List.of(january, ended, march), one)).isEqualTo(names(march));
    }

    @Test
    void whatTheStoreHasLockedIsNeverPlanned() {
        List<Candidate> sets = List.of(january, Candidates.locked(afterJanuary, NOW.plusSeconds(60)), march);
        assertThat(kept(sets, Retention.keepFullBackups(1))).isEqualTo(names(january, afterJanuary, march));
    }

    /** A host whose clock began in 1970: its backup is the newest all the same. */
    @Test
    void theOrderIsThatOfLabelsNotOfClocks() {
        Candidate astray = Candidates.stopped(Candidates.full("2026-06-01"), Instant.EPOCH);
        Candidate ahead = Candidates.stopped(january, Instant.parse("2031-01-01T00:00:00Z"));
        assertThat(kept(List.of(march, astray), Retention.keepFullBackups(1))).isEqualTo(names(astray));
        assertThat(kept(List.of(ahead, march), Retention.keepFullBackups(1))).isEqualTo(names(march));
        assertThat(kept(List.of(january, march, astray), Retention.keepYoungerThan(Duration.ofDays(40))))
                .isEqualTo(names(astray));
    }

    /** A copy has a new label here but is as old as its origin. */
    @Test
    void aCopyIsAsOldAsItsOrigin() {
        Candidate original = Candidates.full("2025-01-01");
        Candidate copied = Candidates.full("2026-06-29");
        Candidate copy = new Candidate(
                copied.label(),
                original.taken(),
                List.of(),
                original.stopped(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(kept(List.of(january, march, copy), Retention.keepFullBackups(2)))
                .isEqualTo(names(january, march));
    }
}
