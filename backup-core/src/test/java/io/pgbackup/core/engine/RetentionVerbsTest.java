package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.DeletionConsent;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpirePlan.Cause;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Plans, pins and deletions by the real verbs on sets in memory. */
class RetentionVerbsTest {
    private final Repository repository = KnownSets.inMemory("primary");

    private static void requireCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PgBackupException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.hint()).isNotBlank();
        });
    }

    @Test
    void aPlanIsAppliedAndExplained() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel first = sets.full(repository);
            BackupLabel second = sets.dependant(repository, BackupType.INCREMENTAL, first);
            BackupLabel third = sets.full(repository);
            PgBackup pg = sets.pg();
            ExpirePlan plan = pg.planExpire(repository, Retention.keepYoungerThan(Duration.ofDays(2)));
            assertThat(plan.backupsToDelete()).isEmpty();
            assertThat(plan.explain())
                    .contains("keep    " + first + "  needed by " + second + "; until 2026-01-04T00:00:05Z");
            sets.later(Duration.ofDays(1));
            ExpireResult result = pg.expire(pg.planExpire(repository, Retention.keepYoungerThan(Duration.ofDays(2)))
                    .deletingAtOnce());
            assertThat(result.deleted()).containsExactly(second, first);
            assertThat(sets.labels(repository)).containsExactly(third);
            assertThat(pg.expire(pg.planExpire(repository, Retention.keepYoungerThan(Duration.ofDays(2)))
                                    .deletingAtOnce())
                            .deleted())
                    .isEmpty();
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
        }
    }

    @Test
    void theRetentionOfOneRepositoryLeavesOthersAlone() {
        Repository offsite = KnownSets.inMemory("offsite");
        try (KnownSets sets = new KnownSets(repository, offsite)) {
            for (int set = 0; set < 3; set++) {
                sets.full(repository);
                sets.full(offsite);
            }
            PgBackup pg = sets.pg();
            List<BackupLabel> before = sets.labels(offsite);
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            assertThat(sets.labels(repository)).hasSize(1);
            assertThat(sets.labels(offsite)).isEqualTo(before);
            pg.expire(pg.planExpire(offsite, Retention.keepFullBackups(2)).deletingAtOnce());
            assertThat(sets.labels(offsite)).isEqualTo(before.subList(1, 3));
        }
    }

    @Test
    void aSetWithoutItsManifestDoesNotPushAGoodOneOut() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel good = sets.full(repository);
            BackupLabel ghost = sets.full(repository);
            sets.lose(repository, List.of(KnownSets.LAYOUT.set(ghost).manifestRoot()));
            PgBackup pg = sets.pg();
            ExpirePlan plan = pg.planExpire(repository, Retention.keepFullBackups(1));
            assertThat(plan.backupsToDelete()).isEmpty();
            assertThat(plan.decision(ghost).orElseThrow().has(Cause.DAMAGED)).isTrue();
            BackupLabel next = sets.full(repository);
            assertThat(pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1))
                                    .deletingAtOnce())
                            .deleted())
                    .containsExactly(ghost, good);
            assertThat(sets.labels(repository)).containsExactly(next);
        }
    }

    @Test
    void aPinKeepsASetAndItsChainUntilItEnds() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            BackupLabel pinned = sets.dependant(repository, BackupType.DIFFERENTIAL, full);
            BackupLabel newest = sets.full(repository);
            PgBackup pg = sets.pg();
            Instant until = sets.now().plus(Duration.ofDays(30));
            Pin pin = pg.pin(repository, pinned, "before the migration", Optional.of(until));
            assertThat(pg.info(repository).pins()).containsExactly(pin);
            assertThat(pg.info().toTable()).contains("pinned until: 2026-02-03 00:00:00+00:00: before the migration");
            assertThat(pg.info().toJson()).contains("\"reason\" : \"before the migration\"");
            Retention one = Retention.keepFullBackups(1);
            assertThat(pg.planExpire(repository, one).backupsToDelete()).isEmpty();
            sets.later(Duration.ofDays(30));
            assertThat(pg.info(repository).pins()).isEmpty();
            assertThat(pg.expire(pg.planExpire(repository, one).deletingAtOnce())
                            .deleted())
                    .containsExactly(pinned, full);
            assertThat(sets.labels(repository)).containsExactly(newest);
            assertThat(pg.jobs(repository, YearMonth.of(2026, 1)))
                    .anySatisfy(job -> assertThat(job.kind()).isEqualTo(OperationKind.PIN));
            try (var open = sets.open(repository)) {
                assertThat(open.list(KnownSets.LAYOUT.pins()).prefixes()).isEmpty();
            }
        }
    }

    @Test
    void theNewestPinRulesAndUnpinEndsIt() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            sets.full(repository);
            PgBackup pg = sets.pg();
            assertThat(pg.unpin(repository, full)).isFalse();
            pg.pin(repository, full, "for ever", Optional.empty());
            pg.pin(repository, full, "for a day", Optional.of(sets.now().plus(Duration.ofDays(1))));
            assertThat(pg.info(repository).pins()).extracting(Pin::reason).containsExactly("for a day");
            assertThat(pg.unpin(repository, full)).isTrue();
            assertThat(pg.unpin(repository, full)).isFalse();
            assertThat(pg.planExpire(repository, Retention.keepFullBackups(1)).backupsToDelete())
                    .containsExactly(full);
        }
    }

    @Test
    void aPinThatMakesNoSenseIsRefused() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            PgBackup pg = sets.pg();
            requireCode(ErrorCode.INVALID_REQUEST, () -> pg.pin(repository, full, " ", Optional.empty()));
            requireCode(ErrorCode.INVALID_REQUEST, () -> pg.pin(repository, full, "why", Optional.of(sets.now())));
            BackupLabel unknown = BackupLabel.parse("20200101-000000F");
            requireCode(ErrorCode.BACKUP_NOT_FOUND, () -> pg.pin(repository, unknown, "why", Optional.empty()));
            assertThat(pg.info(repository).pins()).isEmpty();
        }
    }

    @Test
    void aPlanMadeBeforeAPinIsRefused() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            sets.full(repository);
            PgBackup pg = sets.pg();
            ExpirePlan plan = pg.planExpire(repository, Retention.keepFullBackups(1));
            pg.pin(repository, full, "wait", Optional.empty());
            requireCode(ErrorCode.PLAN_OUTDATED, () -> pg.expire(plan.deletingAtOnce()));
            assertThat(sets.labels(repository)).contains(full);
        }
    }

    @Test
    void aPinThatCannotBeReadHolds() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            sets.full(repository);
            PgBackup pg = sets.pg();
            pg.pin(repository, full, "important", Optional.empty());
            try (var open = sets.open(repository)) {
                var key = KnownSets.LAYOUT.pin(full, 2);
                assertThat(open.createRecord(key, io.pgbackup.core.pipeline.HeaderKind.PIN, new byte[] {'?'}))
                        .isTrue();
            }
            assertThat(pg.planExpire(repository, Retention.keepFullBackups(1)).backupsToDelete())
                    .isEmpty();
            assertThat(pg.info(repository).pins())
                    .singleElement()
                    .satisfies(pin -> assertThat(pin.reason()).contains("cannot be read"));
            assertThat(pg.unpin(repository, full)).isTrue();
            assertThat(pg.planExpire(repository, Retention.keepFullBackups(1)).backupsToDelete())
                    .containsExactly(full);
        }
    }

    @Test
    void deletingByNameTakesDependantsAlong() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            BackupLabel first = sets.dependant(repository, BackupType.INCREMENTAL, full);
            BackupLabel second = sets.dependant(repository, BackupType.INCREMENTAL, first);
            BackupLabel side = sets.dependant(repository, BackupType.DIFFERENTIAL, full);
            PgBackup pg = sets.pg();
            ExpirePlan plan = pg.planDelete(repository, first);
            assertThat(plan.backupsToDelete()).containsExactly(first, second);
            assertThat(plan.explain()).contains("delete  " + second + "  depends on " + first);
            assertThat(pg.expire(plan.deletingAtOnce()).deleted()).containsExactly(second, first);
            assertThat(sets.labels(repository)).containsExactly(full, side);
            requireCode(ErrorCode.BACKUP_NOT_FOUND, () -> pg.planDelete(repository, first));
        }
    }

    @Test
    void deletingByNameSparesPinsAndTheLastFullUnlessSaid() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            BackupLabel pinned = sets.dependant(repository, BackupType.INCREMENTAL, full);
            PgBackup pg = sets.pg();
            requireCode(ErrorCode.LAST_FULL_BACKUP, () -> pg.planDelete(repository, full));
            pg.pin(repository, pinned, "audit", Optional.empty());
            requireCode(
                    ErrorCode.BACKUP_PROTECTED,
                    () -> pg.planDelete(repository, full, DeletionConsent.LAST_FULL_BACKUP));
            BackupLabel other = sets.full(repository);
            requireCode(ErrorCode.BACKUP_PROTECTED, () -> pg.planDelete(repository, full));
            ExpirePlan plan = pg.planDelete(repository, full, DeletionConsent.PINNED);
            pg.pin(repository, full, "this one too", Optional.empty());
            requireCode(ErrorCode.PLAN_OUTDATED, () -> pg.expire(plan.deletingAtOnce()));
            pg.expire(pg.planDelete(repository, full, DeletionConsent.PINNED).deletingAtOnce());
            assertThat(sets.labels(repository)).containsExactly(other);
            ExpirePlan last = pg.planDelete(repository, other, DeletionConsent.LAST_FULL_BACKUP);
            pg.expire(last.deletingAtOnce());
            assertThat(sets.labels(repository)).isEmpty();
        }
    }

    @Test
    void aPlanMadeByHandCannotTakeTheLastFullBackup() {
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel first = sets.full(repository);
            BackupLabel ghost = sets.full(repository);
            sets.lose(repository, List.of(KnownSets.LAYOUT.set(ghost).manifestRoot()));
            ExpirePlan forged = new ExpirePlan(
                    repository,
                    List.of(
                            new ExpirePlan.Decision(first, false, "forged"),
                            new ExpirePlan.Decision(ghost, true, "forged")));
            requireCode(ErrorCode.PLAN_OUTDATED, () -> sets.pg().expire(forged));
            assertThat(sets.labels(repository)).containsExactly(first, ghost);
        }
    }
}
