package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.CancellationToken;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.MemorySite.Party;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.lease.Leases.Claim;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ObjectKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseHoldingTest {
    private final MemorySite site = new MemorySite();

    @AfterEach
    void close() {
        site.close();
    }

    private List<String> leases() {
        return site.store().keys().stream()
                .map(ObjectKey::toString)
                .filter(key -> key.contains("/lease/"))
                .toList();
    }

    private static ErrorCode refusal(Party party) {
        return catchThrowableOfType(PgBackupException.class, party::full).code();
    }

    @Test
    void aHolderThatSpeaksIsNeverTakenForDead() {
        Party holder = site.party();
        Operation operation = holder.operation();
        BackupLabel held = holder.begin(operation).label();
        Party other = site.party();
        assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
        for (int spoken = 0; spoken < 10; spoken++) {
            other.pass(Duration.ofMinutes(14));
            assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
            holder.pass(Duration.ofMinutes(5));
            operation.heartbeat();
            assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
        }
        other.pass(Duration.ofMinutes(15));
        BackupLabel taken = other.full();
        assertThat(taken).isGreaterThan(held);
        assertThat(other.catalog().settlement(held)).contains(Catalog.Settlement.ABORTED);
        operation.heartbeat();
        holder.pass(Duration.ofMinutes(5));
        assertThatThrownBy(operation::heartbeat)
                .isInstanceOfSatisfying(
                        PgBackupException.class, lost -> assertThat(lost.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }

    @Test
    void aHolderSpeaksNoMoreOftenThanItMust() {
        Party holder = site.party();
        Operation operation = holder.operation();
        holder.begin(operation);
        for (int minute = 0; minute < 25; minute++) {
            holder.pass(Duration.ofMinutes(1));
            operation.heartbeat();
            operation.heartbeat();
        }
        assertThat(leases()).hasSize(1 + 5);
        assertThat(new Leases(holder.repository(), MemorySite.LAYOUT).unsettled())
                .hasSize(1);
        holder.expire(Duration.ZERO);
        assertThat(leases()).containsExactly("main/lease/5", "main/lease/6");
    }

    @Test
    void aSettledLabelIsRenewedNoMore() {
        Party holder = site.party();
        Operation operation = holder.operation();
        Begun begun = holder.begin(operation);
        begun.lease().release();
        holder.pass(Duration.ofHours(1));
        operation.heartbeat();
        assertThat(leases()).hasSize(1);
    }

    @Test
    void theSameProcessTakesOverWhenItHasSeenTheTermPass() {
        Party dead = site.party();
        dead.begin(dead.operation());
        Party other = site.party();
        PgBackupException refused = catchThrowableOfType(PgBackupException.class, other::full);
        assertThat(refused.code()).isEqualTo(ErrorCode.LEASE_HELD);
        assertThat(refused.retryable()).isTrue();
        assertThat(refused.hint()).contains("waitForLease", "breakLease", "15 minutes");
        other.pass(Duration.ofMinutes(15).minusNanos(1));
        assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
        assertThat(refusal(site.party())).isEqualTo(ErrorCode.LEASE_HELD);
        other.pass(Duration.ofNanos(1));
        other.full();
    }

    /** Neither the lease's own time nor the store's says anything about a holder's death. */
    @Test
    void noClockOnTheWallMakesAHolderDead() {
        Party holder = site.party();
        holder.begin(holder.operation());
        Party other = site.party();
        assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
        other.clock = other.clock.plus(Duration.ofDays(1));
        site.storeTime = site.storeTime.plus(Duration.ofDays(1));
        assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
    }

    @Test
    void whoeverHasPatienceOutlastsTheDead() {
        Party dead = site.party();
        BackupLabel label = dead.begin(dead.operation()).label();
        Party patient = site.party();
        patient.waiting = Duration.ofMinutes(30);
        patient.ticksPerLook = Duration.ofMinutes(2).toNanos();
        assertThat(patient.full()).isGreaterThan(label);
    }

    @Test
    void patienceEnds() {
        Party dead = site.party();
        dead.begin(dead.operation());
        Party impatient = site.party();
        impatient.waiting = Duration.ofMinutes(10);
        impatient.ticksPerLook = Duration.ofMinutes(2).toNanos();
        assertThat(refusal(impatient)).isEqualTo(ErrorCode.LEASE_HELD);
    }

    @Test
    void waitingIsCancelled() {
        Party holder = site.party();
        holder.begin(holder.operation());
        Party waiting = site.party();
        waiting.waiting = Duration.ofDays(1);
        CancellationToken token = new CancellationToken();
        waiting.token = Optional.of(token);
        token.cancel();
        assertThatThrownBy(waiting::full).isInstanceOf(OperationCancelledException.class);
    }

    /** Taken, but nothing begun when its holder died: its label is settled all the same. */
    @Test
    void aLeaseWithoutBeginIsTakenOver() {
        Party dead = site.party();
        Leases leases = new Leases(dead.repository(), MemorySite.LAYOUT);
        BackupLabel label = BackupLabel.parse("20261121-080000F");
        Leases.Lease lease = leases.take(new Claim("dead", () -> dead.clock, used -> label));
        Party other = site.party();
        assertThat(refusal(other)).isEqualTo(ErrorCode.LEASE_HELD);
        other.pass(Duration.ofMinutes(15));
        BackupLabel next = other.full();
        assertThat(next).isGreaterThan(label);
        assertThat(other.catalog().settlement(label)).contains(Catalog.Settlement.ABORTED);
        assertThatThrownBy(() -> leases.settleEarlier(lease, "test", dead.clock))
                .isInstanceOfSatisfying(
                        PgBackupException.class, lost -> assertThat(lost.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }

    /** Two look at once and see the same number: the second finds it taken, also when others came and went meanwhile. */
    @Test
    void aNumberIsTakenOnceEvenByWhoeverSleptForLong() {
        Party sleeper = site.party();
        Leases leases = new Leases(sleeper.repository(), MemorySite.LAYOUT);
        Leases.Lease late = leases.take(new Claim("sleeper", () -> sleeper.clock, used -> {
            Party busy = site.party();
            for (int backup = 0; backup < 3; backup++) {
                busy.full();
            }
            busy.expire(Duration.ZERO);
            return BackupLabel.parse("20261121-080000F");
        }));
        assertThat(late.number()).isEqualTo(1);
        assertThatThrownBy(() -> leases.settleEarlier(late, "test", sleeper.clock))
                .isInstanceOfSatisfying(
                        PgBackupException.class, lost -> assertThat(lost.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }
}
