package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Claims about {@code read} and {@code stat}. */
abstract class ReadContract extends CreateContract {
    private static final int SIZE = 100;

    @Test
    void statOfAMissingObjectIsEmpty() throws Exception {
        assertThat(storage().stat(key("missing"))).isEmpty();
    }

    @Test
    void readOfAMissingObjectIsNotFound() {
        assertFails(ObjectNotFoundException.class, key("missing"), () -> get(key("missing")));
    }

    @Test
    void rangeOfAMissingObjectIsNotFound() {
        assertFails(ObjectNotFoundException.class, key("missing"), () -> get(key("missing"), ByteRange.of(5, 5)));
    }

    @Test
    void aPrefixIsNoObject() throws Exception {
        put("prefix/object");

        assertInvisible(key("prefix"));
    }

    @Test
    void nothingLiesBelowAnObject() throws Exception {
        put("object");

        assertThat(storage().stat(key("object/below"))).isEmpty();
        assertFails(ObjectNotFoundException.class, key("object/below"), () -> get(key("object/below")));
    }

    @Test
    void statKnowsKeyAndSize() throws Exception {
        ObjectKey key = put("known", new byte[SIZE]);

        ObjectInfo info = storage().stat(key).orElseThrow();

        assertThat(info.key()).isEqualTo(key);
        assertThat(info.size()).isEqualTo(SIZE);
    }

    @Test
    void statAndListAgreeOnTheTimeOfCreation() throws Exception {
        ObjectKey key = put("timed");

        ObjectInfo stated = storage().stat(key).orElseThrow();
        ObjectInfo listed = storage().list(place()).objects().get(0);

        // Some stores round one of the two to seconds.
        assertThat(Duration.between(stated.created(), listed.created()).abs()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void theTimeOfCreationDoesNotChange() throws Exception {
        ObjectKey key = put("timed");
        ObjectInfo before = storage().stat(key).orElseThrow();
        get(key);

        assertThat(storage().stat(key)).contains(before);
    }

    @Test
    void allOfAnEmptyObjectIsNothing() throws Exception {
        try (InputStream stream = storage().read(put("empty", new byte[0]), ByteRange.all())) {
            assertThat(stream.read()).isEqualTo(-1);
        }
    }

    @Test
    void aRangeOfNothingWithinAnEmptyObjectIsNothing() throws Exception {
        assertThat(get(put("empty", new byte[0]), ByteRange.of(0, 0))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "1,1", "99,1", "98,2", "1,98", "0,99", "0,100", "1,99", "50,0", "99,0", "100,0"})
    void readsARange(int offset, int length) throws Exception {
        byte[] bytes = randomBytes(SIZE);

        byte[] read = get(put("ranged", bytes), ByteRange.of(offset, length));

        assertThat(read).isEqualTo(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @ParameterizedTest
    @CsvSource({"0,101", "99,2", "100,1", "101,0", "101,1", "5000,5000", "0,9223372036854775806"})
    void refusesARangeBeyondTheEnd(long offset, long length) throws Exception {
        ObjectKey key = put("ranged", randomBytes(SIZE));

        assertFails(StorageFaultException.class, key, () -> get(key, ByteRange.of(offset, length)));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,0", "1,1"})
    void refusesARangeBeyondTheEndOfAnEmptyObject(long offset, long length) throws Exception {
        ObjectKey key = put("empty", new byte[0]);

        assertFails(StorageFaultException.class, key, () -> get(key, ByteRange.of(offset, length)));
    }

    @Test
    void readsRangesOfALargeObject() throws Exception {
        byte[] bytes = randomBytes(largeObjectBytes());
        ObjectKey key = put("large", bytes);
        int length = bytes.length / 3;

        for (int offset : new int[] {0, 1, length, bytes.length - length}) {
            assertThat(get(key, ByteRange.of(offset, length)))
                    .isEqualTo(Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }

    @Test
    void readsByteByByte() throws Exception {
        byte[] bytes = randomBytes(300);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream stream = storage().read(put("slow", bytes), ByteRange.all())) {
            for (int value = stream.read(); value >= 0; value = stream.read()) {
                read.write(value);
            }
            assertThat(stream.read()).isEqualTo(-1);
        }

        assertThat(read.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void skipsBytes() throws Exception {
        byte[] bytes = randomBytes(SIZE);
        try (InputStream stream = storage().read(put("skipped", bytes), ByteRange.of(10, 50))) {
            stream.skipNBytes(20);

            assertThat(stream.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 30, 60));
        }
    }

    @Test
    void aStreamMayBeClosedEarlyAndTwice() throws Exception {
        ObjectKey key = put("large", randomBytes(largeObjectBytes()));
        InputStream stream = storage().read(key, ByteRange.all());
        assertThat(stream.read()).isNotNegative();

        stream.close();
        stream.close();

        assertThat(get(key, ByteRange.of(0, 3))).hasSize(3);
    }

    @Test
    void aStreamMayBeClosedUnread() throws Exception {
        ObjectKey key = put("unread", randomBytes(SIZE));

        storage().read(key, ByteRange.all()).close();

        assertThat(get(key)).hasSize(SIZE);
    }

    @Test
    void manyReadersShareAnObject() throws Exception {
        byte[] bytes = randomBytes(1_000_000);
        ObjectKey key = put("shared", bytes);

        List<byte[]> read = Together.race(8, number -> get(key, ByteRange.of(number, bytes.length - 100L)));

        for (int number = 0; number < read.size(); number++) {
            assertThat(read.get(number)).isEqualTo(Arrays.copyOfRange(bytes, number, number + bytes.length - 100));
        }
    }

    @Test
    void streamsMayBeOpenAtTheSameTime() throws Exception {
        ObjectKey first = put("first", new byte[] {1, 2});
        ObjectKey second = put("second", new byte[] {3, 4});
        try (InputStream one = storage().read(first, ByteRange.all());
                InputStream other = storage().read(second, ByteRange.all())) {
            assertThat(List.of(one.read(), other.read(), one.read(), other.read()))
                    .containsExactly(1, 3, 2, 4);
        }
    }

    @Test
    void anotherClientSeesAnObjectAtOnce() throws Exception {
        Storage other = anotherClient();
        ObjectKey key = key("fresh");
        // Asked before, so that nobody may remember "missing".
        assertThat(other.stat(key)).isEmpty();
        assertThat(other.list(place()).objects()).isEmpty();

        put("fresh", new byte[SIZE]);

        assertThat(other.stat(key)).map(ObjectInfo::size).contains((long) SIZE);
        assertThat(other.list(place()).objects()).extracting(ObjectInfo::key).containsExactly(key);
        try (InputStream stream = other.read(key, ByteRange.all())) {
            assertThat(stream.readAllBytes()).hasSize(SIZE);
        }
    }

    @Test
    void anotherClientMissesADeletedObjectAtOnce() throws Exception {
        Storage other = anotherClient();
        ObjectKey key = put("fading");
        assertThat(other.stat(key)).isPresent();

        storage().delete(List.of(key));

        assertThat(other.stat(key)).isEmpty();
        assertThat(other.list(place()).objects()).isEmpty();
    }

    @Test
    void anInterruptedReadFailsOrDeliversTheRightBytes() throws Exception {
        byte[] bytes = randomBytes(1_000_000);
        ObjectKey key = put("interrupted", bytes);
        Thread.currentThread().interrupt();
        try {
            assertThat(get(key)).isEqualTo(bytes);
        } catch (StorageException | IOException e) {
            assertThat(e).isNotInstanceOf(ObjectNotFoundException.class);
        } finally {
            Thread.interrupted();
        }

        assertThat(get(key)).isEqualTo(bytes);
    }

    @Test
    void writersAndReadersDoNotDisturbEachOther() throws Exception {
        List<Boolean> intact = Together.run(8, 200, number -> {
            byte[] bytes = randomBytes(1_000 + number);
            ObjectKey key = key("busy/" + number);
            storage().create(key, Payload.of(bytes), BUNDLE);
            boolean same = Arrays.equals(bytes, get(key));
            return same && storage().delete(List.of(key)).failures().isEmpty();
        });

        assertThat(intact).doesNotContain(false);
    }
}
