package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.engine.backup.MemorySite.Party;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Somebody stops at every single step, somebody else acts meanwhile, and nothing that is listed is lost. */
class FencingTest {
    private static final Duration TERM = Duration.ofMinutes(15);

    /** Known later than it is needed as a name. */
    private static final class Later<T> {
        private @Nullable T value;

        void set(T known) {
            value = known;
        }

        T get() {
            return Objects.requireNonNull(value, "not yet");
        }
    }

    private static Optional<ErrorCode> failureOf(Supplier<?> action) {
        return Optional.ofNullable(catchThrowableOfType(PgBackupException.class, action::get))
                .map(PgBackupException::code);
    }

    /** Tries with a pause before each step, until there is no further one; returns how many there were. */
    private static int forEachStep(IntFunction<Boolean> attempt) {
        int step = 0;
        while (attempt.apply(step)) {
            step++;
        }
        return step;
    }

    @Test
    void aHolderStoppedAtAnyStepIsFencedByWhoeverTakesOver() {
        AtomicInteger fenced = new AtomicInteger();
        int steps = forEachStep(step -> {
            try (MemorySite site = new MemorySite()) {
                BackupLabel base = site.party().full();
                Party taker = site.party();
                AtomicBoolean held = new AtomicBoolean();
                Later<BackupLabel> taken = new Later<>();
                Later<PausingStorage> storage = new Later<>();
                Party holder = site.party(plain -> {
                    storage.set(new PausingStorage(plain, step, () -> {
                        Optional<ErrorCode> refused = failureOf(() -> {
                            taken.set(taker.incremental());
                            return taken;
                        });
                        held.set(refused.isPresent());
                        if (refused.isPresent()) {
                            assertThat(refused).contains(ErrorCode.LEASE_HELD);
                            taker.pass(TERM);
                            taken.set(taker.incremental());
                        }
                    }));
                    return storage.get();
                });
                storage.get().arm();
                Optional<ErrorCode> end = failureOf(holder::incremental);
                if (!storage.get().hasPaused()) {
                    return false;
                }
                List<BackupLabel> listed = site.party().catalog().backups().stream()
                        .map(BackupRecord::label)
                        .toList();
                if (held.get()) {
                    fenced.incrementAndGet();
                    assertThat(end).as("step %s", step).contains(ErrorCode.LEASE_LOST);
                }
                assertThat(listed).contains(base, taken.get()).hasSize(end.isPresent() ? 2 : 3);
                assertThat(end.orElse(ErrorCode.LEASE_HELD)).isIn(ErrorCode.LEASE_LOST, ErrorCode.LEASE_HELD);
                site.requireNothingLost();
                return true;
            }
        });
        assertThat(steps).isGreaterThan(25);
        assertThat(fenced.get()).isGreaterThan(15);
    }

    @Test
    void aHolderIsStoppedBySettlingItsLabelByName() {
        try (MemorySite site = new MemorySite()) {
            Party holder = site.party();
            var operation = holder.operation();
            Begun begun = holder.begin(operation);
            Party other = site.party();
            assertThat(failureOf(other::full)).contains(ErrorCode.LEASE_HELD);
            new io.pgbackup.core.repository.set.SetRecords(other.repository(), MemorySite.LAYOUT)
                    .abort(begun.label(), "lease broken", other.clock);
            BackupLabel next = other.full();
            assertThat(next).isGreaterThan(begun.label());
            operation.heartbeat();
            holder.pass(Duration.ofMinutes(5));
            PgBackupException lost = catchThrowableOfType(PgBackupException.class, operation::heartbeat);
            assertThat(lost.code()).isEqualTo(ErrorCode.LEASE_LOST);
            assertThat(lost.retryable()).isTrue();
        }
    }

    @Test
    void whatExpireChoosesAtAnyStepOfABackupIsNotLostToIt() {
        int steps = forEachStep(step -> {
            try (MemorySite site = new MemorySite()) {
                BackupLabel older = site.party().full();
                BackupLabel newer = site.party().full();
                Party expiring = site.party();
                Later<PausingStorage> storage = new Later<>();
                Party writer = site.party(plain -> {
                    storage.set(new PausingStorage(plain, step, () -> expiring.expire(Duration.ZERO, newer)));
                    return storage.get();
                });
                storage.get().arm();
                BackupLabel taken = writer.incremental();
                if (!storage.get().hasPaused()) {
                    return false;
                }
                Party after = site.party();
                BackupRecord record = after.catalog().require(taken);
                assertThat(record.references()).containsAnyOf(older, newer);
                record.references().forEach(label -> after.read(after.catalog().require(label)));
                site.requireNothingLost();
                after.expire(Duration.ZERO);
                assertThatCode(() -> record.references()
                                .forEach(label -> after.read(after.catalog().require(label))))
                        .doesNotThrowAnyException();
                return true;
            }
        });
        assertThat(steps).isGreaterThan(25);
    }

    @Test
    void anExpireStoppedAtAnyStepLosesNothingToABackupMeanwhile() {
        int steps = forEachStep(step -> {
            try (MemorySite site = new MemorySite()) {
                site.party().full();
                BackupLabel newer = site.party().full();
                Party writer = site.party();
                Later<PausingStorage> storage = new Later<>();
                Party expiring = site.party(plain -> {
                    storage.set(new PausingStorage(plain, step, () -> {
                        writer.incremental();
                        writer.expire(Duration.ZERO);
                    }));
                    return storage.get();
                });
                storage.get().arm();
                expiring.expire(Duration.ZERO, newer);
                site.requireNothingLost();
                Party after = site.party();
                after.expire(Duration.ZERO);
                assertThat(after.catalog().backups()).hasSize(storage.get().hasPaused() ? 2 : 1);
                after.catalog()
                        .backups()
                        .forEach(backup -> backup.references()
                                .forEach(label -> after.read(after.catalog().require(label))));
                return storage.get().hasPaused();
            }
        });
        assertThat(steps).isGreaterThan(25);
    }

    @Test
    void aReaderComesToItsEndWhenExpireChoosesTheSetAtAnyStep() {
        int steps = forEachStep(step -> {
            try (MemorySite site = new MemorySite()) {
                site.party().full();
                BackupLabel label = site.party().full();
                Party expiring = site.party();
                Later<PausingStorage> storage = new Later<>();
                Party reader = site.party(plain -> {
                    storage.set(new PausingStorage(plain, step, () -> expiring.expire(Duration.ofHours(24), label)));
                    return storage.get();
                });
                storage.get().arm();
                reader.read(reader.catalog().require(label));
                return storage.get().hasPaused();
            }
        });
        assertThat(steps).isGreaterThan(4);
    }

    /** Clocks of the parties are an hour apart, to both sides; the store's is the one that counts. */
    @Test
    void theGraceIsCountedByTheClockOfTheStore() {
        try (MemorySite site = new MemorySite()) {
            Party fast = site.party();
            fast.clock = fast.clock.plus(Duration.ofHours(1));
            Party slow = site.party();
            slow.clock = slow.clock.minus(Duration.ofHours(1));
            BackupLabel first = fast.full();
            BackupLabel second = slow.full();
            assertThat(second).isGreaterThan(first);
            assertThat(slow.expire(Duration.ofHours(24), first).waiting()).containsExactly(first);
            assertThat(fast.catalog().backups()).extracting(BackupRecord::label).containsExactly(second);
            fast.read(fast.catalog().require(first));

            site.storeTime = site.storeTime.plus(Duration.ofHours(24)).minusSeconds(1);
            assertThat(fast.expire(Duration.ofHours(24)).deleted()).isEmpty();
            site.storeTime = site.storeTime.plusSeconds(1);
            assertThat(slow.expire(Duration.ofHours(24)).deleted()).containsExactly(first);
            assertThat(fast.catalog().find(first)).isEmpty();
            site.requireNothingLost();
        }
    }

    @Test
    void whatWasAbortedIsClearedAfterATermAndItsRecordsStay() {
        try (MemorySite site = new MemorySite()) {
            Party writer = site.party();
            writer.full();
            var operation = writer.operation();
            BackupLabel label = writer.begin(operation).label();
            var records = new io.pgbackup.core.repository.set.SetRecords(writer.repository(), MemorySite.LAYOUT);
            assertThat(writer.expire(Duration.ZERO).abandoned()).isEmpty();
            records.abort(label, "died", writer.clock);
            site.storeTime = site.storeTime.plus(TERM).minusSeconds(1);
            assertThat(writer.expire(Duration.ZERO).abandoned()).isEmpty();
            site.storeTime = site.storeTime.plusSeconds(1);
            assertThat(writer.expire(Duration.ZERO).abandoned()).containsExactly(label);
            assertThat(writer.expire(Duration.ZERO).abandoned()).isEmpty();
            List<String> left = keysOf(site, label);
            assertThat(left)
                    .containsExactlyInAnyOrder(
                            MemorySite.LAYOUT.record(label).toString(),
                            MemorySite.LAYOUT.retirement(label).toString());

            // Its holder is alive after all and goes on writing: that is cleared again, and never listed.
            records.start(label, 1, new io.pgbackup.Lsn(1));
            assertThat(writer.expire(Duration.ZERO).abandoned()).containsExactly(label);
            assertThat(keysOf(site, label)).hasSize(2);
        }
    }

    private static List<String> keysOf(MemorySite site, BackupLabel label) {
        return site.store().keys().stream()
                .map(Object::toString)
                .filter(key -> key.contains(label.toString()) && !key.contains(label + "_"))
                .toList();
    }

    /** A request of a deleted set arrives once more, long after: whichever it is, the set does not come back. */
    @Test
    void aLateRequestMakesNoSetComeBack() {
        int requests = forEachStep(request -> {
            try (MemorySite site = new MemorySite()) {
                Later<RememberingStorage> storage = new Later<>();
                Party writer = site.party(plain -> {
                    storage.set(new RememberingStorage(plain));
                    return storage.get();
                });
                BackupLabel label = writer.full();
                if (request == storage.get().creates()) {
                    return false;
                }
                List<BackupLabel> kept = new ArrayList<>(
                        List.of(site.party().full(), site.party().full()));
                Party other = site.party();
                other.expire(Duration.ZERO, label);
                assertThat(keysOf(site, label)).isEmpty();
                storage.get().repeat(request);
                assertThat(other.catalog().backups())
                        .extracting(BackupRecord::label)
                        .containsExactlyElementsOf(kept);
                assertThat(other.catalog().find(label)).isEmpty();
                kept.add(other.incremental());
                assertThat(kept.get(2)).isGreaterThan(label);
                other.expire(Duration.ZERO);
                assertThat(other.catalog().ghosts()).isEmpty();
                assertThat(other.catalog().backups())
                        .extracting(BackupRecord::label)
                        .containsExactlyElementsOf(kept);
                site.requireNothingLost();
                return true;
            }
        });
        assertThat(requests).isGreaterThan(5);
    }

    @Test
    void aReplyThatIsLostAtAnyCreateIsNoFailure() {
        int requests = forEachStep(request -> {
            try (MemorySite site = new MemorySite()) {
                Later<RememberingStorage> storage = new Later<>();
                Party writer = site.party(plain -> {
                    storage.set(new RememberingStorage(plain));
                    return storage.get().retried();
                });
                storage.get().loseReply(request);
                BackupLabel label = writer.full();
                assertThat(site.party().catalog().backups())
                        .extracting(BackupRecord::label)
                        .containsExactly(label);
                site.requireNothingLost();
                return storage.get().hasLost();
            }
        });
        assertThat(requests).isGreaterThan(5);
    }

    @Test
    void labelsRiseWhateverTheClocksSay() {
        try (MemorySite site = new MemorySite()) {
            List<BackupLabel> labels = new ArrayList<>();
            for (int hours : new int[] {0, 0, -1, 1, 1, -24}) {
                Party party = site.party();
                party.clock = party.clock.plus(Duration.ofHours(hours));
                labels.add(party.full());
            }
            assertThat(labels).doesNotHaveDuplicates().isSorted();
            assertThat(site.party().catalog().backups())
                    .extracting(BackupRecord::label)
                    .containsExactlyElementsOf(labels);
        }
    }
}
