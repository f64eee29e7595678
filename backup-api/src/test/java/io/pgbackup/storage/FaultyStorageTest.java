package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.StorageContract;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FaultyStorageTest extends StorageContract {
    private static final ObjectKey FIRST = ObjectKey.of("a/first");
    private static final ObjectKey SECOND = ObjectKey.of("a/b/second");

    private final MemoryStorage memory = new MemoryStorage();
    private final FaultyStorage faulty = FaultyStorage.around(memory.anotherClient());

    @Override
    protected Storage open() {
        return FaultyStorage.around(memory.anotherClient());
    }

    @Override
    protected void verifyNothingOpen() {
        memory.assertNothingOpen();
    }

    private void create(ObjectKey key) throws StorageException {
        faulty.create(key, Payload.of(new byte[] {1, 2, 3}), ObjectAttributes.of(ObjectKind.WAL));
    }

    @Test
    void failsTheFirstCallUnlessToldOtherwise() throws Exception {
        faulty.on(Verb.CREATE).unavailable();

        assertThatThrownBy(() -> create(FIRST)).isInstanceOf(StorageUnavailableException.class);
        assertThat(memory.keys()).isEmpty();
        create(FIRST);
        faulty.verifyAllFaultsHappened();
    }

    @Test
    void failsTheNthMatchingCall() throws Exception {
        faulty.on(Verb.STAT).matching("a/*").nth(2).denied();

        faulty.stat(FIRST);
        faulty.stat(SECOND);
        assertThatThrownBy(() -> faulty.stat(FIRST)).isInstanceOf(StorageDeniedException.class);
        faulty.stat(FIRST);
    }

    @Test
    void failsTheFirstCalls() throws Exception {
        faulty.on(Verb.LIST).times(2).fault();

        assertThatThrownBy(() -> faulty.list(ObjectPrefix.root())).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(faulty::verifyAllFaultsHappened).hasMessageContaining("first 2 calls");
        assertThatThrownBy(() -> faulty.list(ObjectPrefix.root())).isInstanceOf(StorageFaultException.class);
        faulty.verifyAllFaultsHappened();
        faulty.list(ObjectPrefix.root());
    }

    @Test
    void globsKnowSegments() throws Exception {
        faulty.on(Verb.STAT).matching("**/second").always().unavailable();

        assertThatCode(() -> faulty.stat(FIRST)).doesNotThrowAnyException();
        assertThatThrownBy(() -> faulty.stat(SECOND)).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void losesTheReplyAfterTheWork() throws Exception {
        faulty.on(Verb.CREATE).loseReply();

        assertThatThrownBy(() -> create(FIRST)).isInstanceOf(StorageUnavailableException.class);
        assertThat(memory.keys()).containsExactly(FIRST);
    }

    @Test
    void carriesTheTimeToWait() {
        faulty.on(Verb.STAT).unavailable(Duration.ofSeconds(7));

        assertThatThrownBy(() -> faulty.stat(FIRST))
                .isInstanceOfSatisfying(
                        StorageUnavailableException.class,
                        failure -> assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void endsAStreamEarly() throws Exception {
        create(FIRST);
        faulty.on(Verb.READ).endEarlyAfter(2);

        try (InputStream stream = faulty.read(FIRST, ByteRange.all())) {
            assertThat(stream.readAllBytes()).containsExactly(1, 2);
        }
        faulty.verifyAllFaultsHappened();
    }

    @Test
    void breaksAStream() throws Exception {
        create(FIRST);
        faulty.on(Verb.READ).breakAfter(2);

        try (InputStream stream = faulty.read(FIRST, ByteRange.all())) {
            assertThat(stream.readNBytes(2)).containsExactly(1, 2);
            assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aStreamThatIsNotReadFarEnoughDoesNotBreak() throws Exception {
        create(FIRST);
        faulty.on(Verb.READ).breakAfter(2);

        try (InputStream stream = faulty.read(FIRST, ByteRange.all())) {
            assertThat(stream.read()).isEqualTo(1);
        }
        assertThatThrownBy(faulty::verifyAllFaultsHappened).hasMessageContaining("broken stream after 2 bytes");
    }

    @Test
    void onlyReadsHaveStreams() {
        assertThatThrownBy(() -> faulty.on(Verb.STAT).breakAfter(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void failsOneKeyOfADelete() throws Exception {
        create(FIRST);
        create(SECOND);
        faulty.on(Verb.DELETE_KEY).matching(FIRST.toString()).denied();

        DeleteReport report = faulty.delete(List.of(FIRST, SECOND));

        assertThat(report.failures()).containsOnlyKeys(FIRST);
        assertThat(memory.keys()).containsExactly(FIRST);
    }

    @Test
    void losesTheReplyToADelete() throws Exception {
        create(FIRST);
        faulty.on(Verb.DELETE).loseReply();

        assertThatThrownBy(() -> faulty.delete(List.of(FIRST))).isInstanceOf(StorageUnavailableException.class);
        assertThat(memory.keys()).isEmpty();
    }

    @Test
    void hooksRunBeforeAndAfterTheWork() throws Exception {
        List<Integer> seen = new ArrayList<>();
        faulty.on(Verb.CREATE).meanwhile(() -> seen.add(memory.keys().size()));
        faulty.on(Verb.CREATE).afterwards(() -> seen.add(memory.keys().size()));

        create(FIRST);

        assertThat(seen).containsExactly(0, 1);
    }

    @Test
    void anInterruptedHookMakesTheStoreUnavailable() {
        faulty.on(Verb.STAT).meanwhile(() -> {
            throw new InterruptedException();
        });

        assertThatThrownBy(() -> faulty.stat(FIRST)).isInstanceOf(StorageUnavailableException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void chanceIsRepeatable() {
        faulty.on(Verb.STAT).chance(30, new Random(1)).unavailable();
        int failures = 0;
        for (int call = 0; call < 1_000; call++) {
            try {
                faulty.stat(FIRST);
            } catch (StorageException e) {
                failures++;
            }
        }

        assertThat(failures).isBetween(250, 350);
        faulty.verifyAllFaultsHappened();
    }

    @Test
    void aFaultThatDidNotHappenFailsTheTest() {
        faulty.on(Verb.CREATE).matching("x/**").unavailable();

        assertThatThrownBy(faulty::verifyAllFaultsHappened)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("CREATE matching x/**");
    }

    @Test
    void aFaultHasOneEffect() {
        var fault = faulty.on(Verb.CREATE);
        fault.unavailable();

        assertThatThrownBy(fault::denied).isInstanceOf(IllegalStateException.class);
    }
}
