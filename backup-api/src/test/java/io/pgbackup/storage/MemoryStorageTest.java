package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.StorageContract;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryStorageTest extends StorageContract {
    private static final ObjectKey KEY = ObjectKey.of("object");

    private final MemoryStorage memory = new MemoryStorage();

    @Override
    protected Storage open() {
        return memory.anotherClient();
    }

    @Override
    protected void verifyNothingOpen() {
        memory.assertNothingOpen();
    }

    @Test
    void aForgottenStreamIsFoundWithThePlaceWhereItWasOpened() throws Exception {
        MemoryStorage forgetful = new MemoryStorage();
        forgetful.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL));
        InputStream forgotten = forgetful.read(KEY, ByteRange.all());

        assertThatThrownBy(forgetful::assertNothingOpen)
                .isInstanceOf(AssertionError.class)
                .satisfies(error -> assertThat(error.getSuppressed()[0]).hasMessageContaining(KEY.toString()));

        forgotten.close();
        forgetful.assertNothingOpen();
    }

    @Test
    void aClosedStreamCannotBeRead() throws Exception {
        memory.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL));
        InputStream stream = memory.read(KEY, ByteRange.all());
        stream.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    }

    @Test
    void creationTimesComeFromTheGivenClock() throws Exception {
        Instant now = Instant.parse("2026-11-21T08:00:00Z");
        MemoryStorage timed = new MemoryStorage(InstantSource.fixed(now));

        timed.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL));

        assertThat(timed.stat(KEY)).map(ObjectInfo::created).contains(now);
    }

    @Test
    void remembersAttributesAndKeys() throws Exception {
        memory.create(
                KEY,
                Payload.of(new byte[1]),
                ObjectAttributes.of(ObjectKind.WAL).withTags(Map.of("a", "b")));

        assertThat(memory.keys()).containsExactly(KEY);
        assertThat(memory.attributesOf(KEY)).map(ObjectAttributes::tags).contains(Map.of("a", "b"));
    }
}
