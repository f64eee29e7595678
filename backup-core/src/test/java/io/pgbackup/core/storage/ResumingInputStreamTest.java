package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumingInputStreamTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/bundle");
    private static final int SIZE = 20;
    private static final RetryPolicy POLICY =
            new RetryPolicy(3, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(10), 0);

    private final FakeTime time = new FakeTime();
    private final MemoryStorage memory = new MemoryStorage();
    private final FaultyStorage faulty = FaultyStorage.around(memory.anotherClient());
    private final RetryingStorage storage = new RetryingStorage(faulty, POLICY, time.timing(), RetryListener.none());
    private final byte[] bytes = new byte[SIZE];

    @BeforeEach
    void store() throws StorageException {
        new Random(1).nextBytes(bytes);
        memory.create(KEY, Payload.of(bytes), ObjectAttributes.of(ObjectKind.BUNDLE));
    }

    @AfterEach
    void everythingHappenedAndNothingIsOpen() {
        faulty.verifyAllFaultsHappened();
        memory.assertNothingOpen();
    }

    private byte[] read(ByteRange range) throws StorageException, IOException {
        try (InputStream stream = storage.read(KEY, range)) {
            return stream.readAllBytes();
        }
    }

    @Test
    void resumesAtEveryOffsetOfTheWholeObject() throws Exception {
        for (int offset = 0; offset < SIZE; offset++) {
            faulty.on(Verb.READ).breakAfter(offset);
            assertThat(read(ByteRange.all())).isEqualTo(bytes);
            faulty.on(Verb.READ).endEarlyAfter(offset);
            assertThat(read(ByteRange.all())).isEqualTo(bytes);
        }
    }

    @Test
    void resumesAtEveryOffsetOfEveryRange() throws Exception {
        for (int begin = 0; begin < SIZE; begin++) {
            for (int length = 1; begin + length <= SIZE; length++) {
                for (int offset = 0; offset < length; offset++) {
                    faulty.on(Verb.READ).breakAfter(offset);
                    assertThat(read(ByteRange.of(begin, length)))
                            .isEqualTo(Arrays.copyOfRange(bytes, begin, begin + length));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void survivesAStreamThatBreaksAfterEveryByte(boolean throwing) throws Exception {
        var fault = faulty.on(Verb.READ).always();
        if (throwing) {
            fault.breakAfter(1);
        } else {
            fault.endEarlyAfter(1);
        }

        assertThat(read(ByteRange.of(0, SIZE))).isEqualTo(bytes);
    }

    @Test
    void doesNotReadWhatItHasAlready() throws Exception {
        faulty.on(Verb.READ).breakAfter(15);
        faulty.on(Verb.READ).nth(2).meanwhile(() -> assertThat(time.waits()).hasSize(1));

        assertThat(read(ByteRange.of(2, 16))).isEqualTo(Arrays.copyOfRange(bytes, 2, 18));
    }

    @Test
    void anEarlyEndOfTheWholeObjectIsNoticedBySize() throws Exception {
        faulty.on(Verb.READ).endEarlyAfter(5);
        faulty.on(Verb.STAT).unavailable();

        assertThat(read(ByteRange.all())).isEqualTo(bytes);
    }

    @Test
    void aKnownLengthIsNotAskedFor() throws Exception {
        faulty.on(Verb.READ).breakAfter(5);
        List<String> asked = new java.util.ArrayList<>();
        FaultyStorage watching = FaultyStorage.around(faulty);
        watching.on(Verb.STAT).matching(asked::add).always().meanwhile(() -> {});
        RetryingStorage known = new RetryingStorage(watching, POLICY, time.timing(), RetryListener.none());

        try (InputStream stream = known.read(KEY, ByteRange.of(0, SIZE))) {
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void givesUpOnAStoreThatDeliversNothingMore() throws Exception {
        faulty.on(Verb.READ).nth(1).breakAfter(7);
        faulty.on(Verb.READ).nth(2).breakAfter(0);
        faulty.on(Verb.READ).nth(3).breakAfter(0);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readNBytes(7)).hasSize(7);

            assertThatThrownBy(stream::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("from byte 7 on")
                    .cause()
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("3 attempts");
        }
    }

    @Test
    void aPauseOfTheReaderDoesNotCount() throws Exception {
        faulty.on(Verb.READ).breakAfter(7);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readNBytes(7)).hasSize(7);
            time.pass(Duration.ofHours(1));

            assertThat(stream.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 7, SIZE));
        }
    }

    @Test
    void anObjectDeletedMeanwhileIsNotFound() throws Exception {
        faulty.on(Verb.READ).breakAfter(7);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readNBytes(7)).hasSize(7);
            memory.delete(List.of(KEY));

            assertThatThrownBy(stream::read)
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(ObjectNotFoundException.class);
        }
    }

    @Test
    void anythingButUnavailableIsFinal() throws Exception {
        faulty.on(Verb.READ).nth(1).breakAfter(7);
        faulty.on(Verb.READ).nth(2).denied();
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readNBytes(7)).hasSize(7);

            assertThatThrownBy(stream::read).hasCauseInstanceOf(StorageDeniedException.class);
        }
        assertThat(time.waits()).hasSize(1);
    }

    @Test
    void anInterruptedWaitEndsTheStream() throws Exception {
        faulty.on(Verb.READ).breakAfter(7);
        time.interruptWait(1);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readNBytes(7)).hasSize(7);

            assertThatThrownBy(stream::read).hasCauseInstanceOf(StorageUnavailableException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aClosedStreamCannotBeRead() throws Exception {
        InputStream stream = storage.read(KEY, ByteRange.all());
        stream.close();
        stream.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    }
}
