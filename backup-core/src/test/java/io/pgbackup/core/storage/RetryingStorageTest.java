package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.Verb;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryingStorageTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/format");
    private static final ObjectKey OTHER = ObjectKey.of("billing/other");
    private static final ObjectAttributes CONTROL = ObjectAttributes.of(ObjectKind.CONTROL);
    private static final RetryPolicy POLICY =
            new RetryPolicy(4, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(10), 0.5);

    private final FakeTime time = new FakeTime();
    private final MemoryStorage memory = new MemoryStorage();
    private final FaultyStorage faulty = FaultyStorage.around(memory.anotherClient());
    private final List<RetryListener.FailedAttempt> heard = new ArrayList<>();
    private final RetryingStorage storage = new RetryingStorage(faulty, POLICY, time.timing(), heard::add);

    @AfterEach
    void everythingHappenedAndNothingIsOpen() {
        faulty.verifyAllFaultsHappened();
        memory.assertNothingOpen();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static byte[] salted(int seed) {
        byte[] bytes = new byte[200];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void create(byte[] bytes) throws StorageException {
        storage.create(KEY, Payload.of(bytes), CONTROL);
    }

    private byte[] stored() throws Exception {
        try (InputStream stream = memory.read(KEY, ByteRange.all())) {
            return stream.readAllBytes();
        }
    }

    @Test
    void everyVerbIsRepeated() throws Exception {
        faulty.on(Verb.CREATE).times(2).unavailable();
        faulty.on(Verb.READ).times(2).unavailable();
        faulty.on(Verb.STAT).times(2).unavailable();
        faulty.on(Verb.LIST).times(2).unavailable();
        faulty.on(Verb.DELETE).times(2).unavailable();

        create(salted(1));
        storage.read(KEY, ByteRange.of(0, 1)).close();
        assertThat(storage.stat(KEY)).isPresent();
        assertThat(storage.list(ObjectPrefix.of("billing")).objects()).hasSize(1);
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();

        assertThat(memory.keys()).isEmpty();
        assertThat(heard).hasSize(10);
    }

    @Test
    void nothingButUnavailableIsRepeated() {
        faulty.on(Verb.STAT).nth(1).denied();
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);
        faulty.on(Verb.STAT).nth(1).fault();
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(ObjectNotFoundException.class);

        assertThat(time.waits()).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void attemptsAreBoundedAndTheLastMessageSaysSo() {
        faulty.on(Verb.STAT).times(4).unavailable();

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("stat " + KEY)
                .hasMessageContaining("4 attempts in 7.0 s")
                .hasMessageContaining("planned failure")
                .hasCauseInstanceOf(StorageUnavailableException.class);

        assertThat(time.waits()).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void elapsedTimeIsBounded() {
        faulty.on(Verb.STAT).times(2).meanwhile(() -> time.pass(Duration.ofSeconds(40)));
        faulty.on(Verb.STAT).times(2).unavailable();

        assertThatThrownBy(() -> storage.stat(KEY)).hasMessageContaining("2 attempts in 81.0 s");
    }

    @Test
    void theListenerHearsOfEveryFailedAttempt() {
        faulty.on(Verb.STAT).times(4).unavailable();
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);

        assertThat(heard).extracting(RetryListener.FailedAttempt::number).containsExactly(1, 2, 3, 4);
        assertThat(heard).extracting(RetryListener.FailedAttempt::last).containsExactly(false, false, false, true);
        assertThat(heard)
                .extracting(RetryListener.FailedAttempt::elapsed)
                .containsExactly(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(7));
        assertThat(heard.get(0).delay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(heard.get(3).delay()).isZero();
        assertThat(heard).allSatisfy(attempt -> {
            assertThat(attempt.operation()).isEqualTo("stat " + KEY);
            assertThat(attempt.failure()).hasMessageContaining("planned");
        });
    }

    @Test
    void aListenerThatFailsChangesNothing() throws Exception {
        faulty.on(Verb.STAT).unavailable();
        RetryingStorage watched = new RetryingStorage(faulty, POLICY, time.timing(), attempt -> {
            throw new IllegalStateException("a listener fails, as planned");
        });

        assertThat(watched.stat(KEY)).isEmpty();
    }

    @Test
    void theStoresWishToWaitIsHonoured() throws Exception {
        faulty.on(Verb.STAT).unavailable(Duration.ofSeconds(17));

        storage.stat(KEY);

        assertThat(time.waits()).containsExactly(Duration.ofSeconds(17));
    }

    @Test
    void aWishBeyondTheBoundEndsItAtOnceAndIsHandedOn() {
        faulty.on(Verb.STAT).unavailable(Duration.ofHours(1));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        failure -> assertThat(failure.retryAfter()).contains(Duration.ofHours(1)));
        assertThat(time.waits()).isEmpty();
    }

    @Test
    void anInterruptedWaitEndsItAndKeepsTheFlag() {
        faulty.on(Verb.STAT).times(2).unavailable();
        time.interruptWait(2);

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("interrupted after 2 attempts");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptedThreadMakesNoFurtherAttempt() {
        faulty.on(Verb.STAT).unavailable();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> storage.stat(KEY)).hasMessageContaining("interrupted after 1 attempt ");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(time.waits()).isEmpty();
    }

    @Test
    void aLostReplyIsRecognizedByTheStoredBytes() throws Exception {
        faulty.on(Verb.CREATE).loseReply();

        create(salted(1));

        assertThat(stored()).isEqualTo(salted(1));
        assertThat(heard).hasSize(1);
    }

    @Test
    void aLostReplyIsRecognizedThoughReadingBackFailsAtFirst() throws Exception {
        faulty.on(Verb.CREATE).loseReply();
        faulty.on(Verb.STAT).unavailable();
        faulty.on(Verb.READ).nth(1).breakAfter(10);
        faulty.on(Verb.READ).nth(2).endEarlyAfter(10);

        // Four attempts: lost, stat fails, stream breaks, stream ends early. A fifth would be needed.
        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(StorageUnavailableException.class);
        assertThat(stored()).isEqualTo(salted(1));
    }

    @Test
    void anEarlyEndWhileReadingBackIsNotTakenForAnotherObject() throws Exception {
        faulty.on(Verb.CREATE).loseReply();
        faulty.on(Verb.READ).endEarlyAfter(10);

        create(salted(1));

        assertThat(heard).hasSize(2);
    }

    @Test
    void aLostReplyToAnEmptyOrShortObjectIsRecognized() throws Exception {
        faulty.on(Verb.CREATE).loseReply();
        create(new byte[0]);
        memory.delete(List.of(KEY));
        faulty.on(Verb.CREATE).loseReply();
        create(new byte[] {1, 2, 3});

        assertThat(stored()).containsExactly(1, 2, 3);
    }

    @Test
    void existsAtTheFirstAttemptIsExistsEvenWithEqualBytes() throws Exception {
        memory.create(KEY, Payload.of(salted(1)), CONTROL);

        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(ObjectExistsException.class);
    }

    @Test
    void anotherWritersObjectIsNotOurs() throws Exception {
        faulty.on(Verb.CREATE).unavailable();
        memory.create(KEY, Payload.of(salted(2)), CONTROL);

        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(ObjectExistsException.class);
        assertThat(stored()).isEqualTo(salted(2));
    }

    @Test
    void anotherWriterMayWinBetweenTwoAttempts() throws Exception {
        faulty.on(Verb.CREATE).nth(1).unavailable();
        faulty.on(Verb.CREATE).nth(2).meanwhile(() -> createByAnother(salted(2)));

        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(ObjectExistsException.class);
    }

    private void createByAnother(byte[] bytes) {
        try {
            memory.create(KEY, Payload.of(bytes), CONTROL);
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theSameBeginningWithAnotherSizeIsNotOurs() throws Exception {
        byte[] longer = java.util.Arrays.copyOf(salted(1), 201);
        faulty.on(Verb.CREATE).unavailable();
        memory.create(KEY, Payload.of(longer), CONTROL);

        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(ObjectExistsException.class);
    }

    @Test
    void anObjectThatVanishedAgainIsNotOurs() throws Exception {
        faulty.on(Verb.CREATE).loseReply();
        faulty.on(Verb.STAT).meanwhile(() -> memory.delete(List.of(KEY)));

        assertThatThrownBy(() -> create(salted(1))).isInstanceOf(ObjectExistsException.class);
        assertThat(memory.keys()).isEmpty();
    }

    @Test
    void onlyFailedKeysAreDeletedAgain() throws Exception {
        create(salted(1));
        memory.create(OTHER, Payload.of(salted(2)), CONTROL);
        faulty.on(Verb.DELETE_KEY).matching(OTHER.toString()).times(2).unavailable();
        List<Integer> sizes = new ArrayList<>();
        faulty.on(Verb.DELETE)
                .matching(keys -> sizes.add(keys.split("\n").length))
                .always()
                .meanwhile(() -> {});

        DeleteReport report = storage.delete(List.of(KEY, OTHER));

        assertThat(report.failures()).isEmpty();
        assertThat(memory.keys()).isEmpty();
        assertThat(sizes).containsExactly(2, 1, 1);
    }

    @Test
    void whatStillCannotBeDeletedIsReported() throws Exception {
        create(salted(1));
        memory.create(OTHER, Payload.of(salted(2)), CONTROL);
        faulty.on(Verb.DELETE_KEY).matching(OTHER.toString()).times(4).unavailable();
        faulty.on(Verb.DELETE_KEY).matching(KEY.toString()).denied();

        DeleteReport report = storage.delete(List.of(KEY, OTHER));

        assertThat(report.failures().get(KEY)).isInstanceOf(StorageDeniedException.class);
        assertThat(report.failures().get(OTHER)).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aDeleteThatFailsAsAWholeGivesUp() {
        faulty.on(Verb.DELETE).times(4).unavailable();

        assertThatThrownBy(() -> storage.delete(List.of(KEY, OTHER)))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("delete 2 objects");
    }

    @Test
    void closesTheStorageBehindIt() {
        storage.close();

        assertThatThrownBy(() -> faulty.stat(KEY)).isInstanceOf(IllegalStateException.class);
    }
}
