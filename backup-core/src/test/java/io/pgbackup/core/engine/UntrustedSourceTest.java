package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.UntrustedSource;
import io.pgbackup.catalog.Verification;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.repository.set.VerifyRecords;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An expire that does not trust whoever writes: what a source in wrong hands can do by creating objects makes no good set go. */
class UntrustedSourceTest {
    private static final SecretSource KEY =
            SecretSource.value(UUID.randomUUID().toString().toCharArray());
    private static final Duration WEEK = Duration.ofDays(7);

    private final Repository repository = KnownSets.inMemory("vault");
    private final KnownSets sets = new KnownSets(repository);
    private final PgBackup pg = sets.pg();

    @AfterEach
    void close() {
        sets.close();
    }

    private static Retention distrusting(Retention retention) {
        return retention.withUntrustedSource(new UntrustedSource(KEY, WEEK));
    }

    private void verify(BackupLabel label) {
        pg.verify(VerifyRequest.of(repository).only(label).attestedBy(KEY)).requireClean();
    }

    private BackupLabel verifiedFull() {
        BackupLabel label = sets.full(repository);
        verify(label);
        return label;
    }

    /** What the source can write whatever its clock and its labels say. */
    private BackupLabel forged(Instant claimed) {
        BackupLabel label = BackupLabel.full(LocalDateTime.ofInstant(claimed, ZoneOffset.UTC));
        try (OpenRepository open = sets.open(repository)) {
            SyntheticSet.add(open, KnownSets.LAYOUT, label, List.of(), claimed);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return label;
    }

    private static void requireProtected(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PgBackupException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.BACKUP_PROTECTED);
            assertThat(refusal.hint()).isNotBlank();
        });
    }

    @Test
    void worthlessSetsPushNoVerifiedOneOut() {
        BackupLabel first = verifiedFull();
        BackupLabel second = verifiedFull();
        sets.later(WEEK.multipliedBy(4));
        for (int junk = 0; junk < 5; junk++) {
            sets.full(repository);
        }
        assertThat(pg.planExpire(repository, Retention.keepFullBackups(2)).backupsToDelete())
                .contains(first, second);
        ExpirePlan plan = pg.planExpire(repository, distrusting(Retention.keepFullBackups(2)));
        assertThat(plan.backupsToDelete()).isEmpty();
        assertThat(plan.explain()).contains("it was not verified with the attestation key");
    }

    @Test
    void whatIsOldEnoughAndPushedOutByVerifiedOnesGoes() {
        BackupLabel old = verifiedFull();
        BackupLabel unverified = sets.full(repository);
        sets.later(WEEK);
        BackupLabel kept = verifiedFull();
        BackupLabel dependant = sets.dependant(repository, BackupType.INCREMENTAL, kept);
        verify(dependant);
        ExpirePlan plan = pg.planExpire(repository, distrusting(Retention.keepFullBackups(1)));
        assertThat(plan.backupsToDelete()).containsExactly(old, unverified);
        assertThat(pg.expire(plan.deletingAtOnce()).deleted()).containsExactly(unverified, old);
        assertThat(sets.labels(repository)).containsExactly(kept, dependant);
    }

    @Test
    void ageIsWhatTheStoreSaysNotWhatTheSourceClaims() {
        Instant longAgo = sets.now().minus(Duration.ofDays(3000));
        BackupLabel claimsToBeOld = forged(longAgo);
        verify(claimsToBeOld);
        sets.later(Duration.ofDays(1));
        BackupLabel claimsToBeNew = forged(sets.now().plus(Duration.ofDays(3000)));
        sets.later(Duration.ofDays(1));
        Retention tenDays = Retention.keepYoungerThan(Duration.ofDays(10));
        assertThat(pg.planExpire(repository, tenDays).backupsToDelete()).containsExactly(claimsToBeOld);
        assertThat(pg.planExpire(repository, distrusting(tenDays)).backupsToDelete())
                .isEmpty();
        sets.later(WEEK.multipliedBy(4));
        BackupLabel honest = verifiedFull();
        assertThat(pg.planExpire(repository, distrusting(tenDays)).backupsToDelete())
                .containsExactlyInAnyOrder(claimsToBeOld, claimsToBeNew);
        assertThat(sets.labels(repository)).contains(honest);
    }

    @Test
    void aPlanThatRemovesSomethingYoungIsRefused() {
        BackupLabel first = verifiedFull();
        verifiedFull();
        requireProtected(() -> pg.planExpire(repository, distrusting(Retention.keepFullBackups(1))));
        ExpirePlan trusting = pg.planExpire(repository, Retention.keepFullBackups(1));
        assertThat(trusting.backupsToDelete()).containsExactly(first);
        ExpirePlan forged = new ExpirePlan(
                repository,
                trusting.decisions(),
                Duration.ZERO,
                trusting.consents(),
                OptionalInt.empty(),
                Optional.of(new UntrustedSource(KEY, WEEK)));
        requireProtected(() -> pg.expire(forged));
        assertThat(sets.labels(repository)).contains(first);
    }

    @Test
    void whatTheSourceMarkedAsExpiredStays() {
        BackupLabel good = verifiedFull();
        BackupLabel newer = verifiedFull();
        try (OpenRepository open = sets.open(repository)) {
            new SetRecords(open, KnownSets.LAYOUT).retire(good, "forged", sets.now());
            new SetRecords(open, KnownSets.LAYOUT).retire(newer, "forged", sets.now());
        }
        sets.later(WEEK.multipliedBy(2));
        ExpireResult result = pg.expire(pg.planExpire(repository, distrusting(Retention.keepFullBackups(2)))
                .deletingAtOnce());
        assertThat(result.deleted()).isEmpty();
        assertThat(result.warnings())
                .hasSize(2)
                .allSatisfy(warning -> assertThat(warning.message()).contains("somebody marked it"));
        try (OpenRepository open = sets.open(repository)) {
            assertThat(new Catalog(open, KnownSets.LAYOUT).committed())
                    .extracting(BackupRecord::label)
                    .containsExactly(good, newer);
        }
    }

    @Test
    void aVerificationOfAnybodyElseDoesNotCount() {
        BackupLabel old = verifiedFull();
        sets.later(WEEK.multipliedBy(2));
        BackupLabel other = sets.full(repository);
        SecretSource wrong = SecretSource.value(UUID.randomUUID().toString().toCharArray());
        pg.verify(VerifyRequest.of(repository).only(other).attestedBy(wrong)).requireClean();
        pg.verify(VerifyRequest.of(repository).only(other)).requireClean();
        pg.verify(VerifyRequest.of(repository)
                        .only(other)
                        .depth(VerifyDepth.SAMPLED)
                        .attestedBy(KEY))
                .requireClean();
        try (OpenRepository open = sets.open(repository)) {
            VerifyRecords records = new VerifyRecords(open, KnownSets.LAYOUT);
            Verification claimed = new Verification(sets.now(), VerifyDepth.CONTENT, true);
            for (String forged : List.of("", "zz", "00".repeat(32))) {
                records.write(other, claimed, UUID.randomUUID().toString(), Optional.of(forged));
            }
        }
        assertThat(pg.planExpire(repository, distrusting(Retention.keepFullBackups(1)))
                        .backupsToDelete())
                .isEmpty();
        verify(other);
        assertThat(pg.planExpire(repository, distrusting(Retention.keepFullBackups(1)))
                        .backupsToDelete())
                .containsExactly(old);
    }

    @Test
    void aVerifiedSetOnAnUnverifiedOneDoesNotCount() {
        BackupLabel old = verifiedFull();
        sets.later(WEEK.multipliedBy(2));
        BackupLabel base = sets.full(repository);
        BackupLabel dependant = sets.dependant(repository, BackupType.INCREMENTAL, base);
        verify(dependant);
        // It verified the base too; what remains of that is taken away.
        try (OpenRepository open = sets.open(repository)) {
            open.delete(open.list(KnownSets.LAYOUT.verifications(base)).objects().stream()
                    .map(io.pgbackup.storage.ObjectInfo::key)
                    .toList());
        }
        ExpirePlan plan = pg.planExpire(repository, distrusting(Retention.keepFullBackups(1)));
        assertThat(plan.backupsToDelete()).isEmpty();
        assertThat(plan.explain()).contains("it leans on " + base);
        assertThat(plan.decision(old).orElseThrow().keep()).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new UntrustedSource(KEY, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BackupRequest.full().thenExpire(distrusting(Retention.keepFullBackups(1))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> distrusting(Retention.keepFullBackups(2)).withWalOf(1))
                .withMessageContaining("WAL");
        SecretSource weak = SecretSource.value("short".toCharArray());
        assertThatThrownBy(() -> pg.verify(VerifyRequest.of(repository).attestedBy(weak)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at least 16 bytes")
                .hasMessageNotContaining("short");
    }
}
