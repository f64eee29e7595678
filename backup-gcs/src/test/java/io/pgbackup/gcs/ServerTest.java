package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** A server of its own for each test, and what tests do with it. */
abstract class ServerTest {
    static final String BUCKET = "acme-backups";
    static final ObjectKey KEY = ObjectKey.of("billing/format");
    static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    static final byte[] BYTES = "the bytes of an object".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    final SettableClock clock = new SettableClock();
    final GcsServer server = GcsServer.start(clock).withBucket(BUCKET);

    @AfterEach
    void stop() {
        server.close();
    }

    /** Time that stands still until it is moved. */
    static final class SettableClock implements InstantSource {
        private volatile Instant now = Instant.parse("2026-11-28T06:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration duration) {
            now = now.plus(duration);
        }
    }

    Gcs settings() {
        return Gcs.anonymous().plainHttpEndpoint(server.url());
    }

    Storage storage() throws StorageException {
        return storage(settings());
    }

    Storage storage(ProviderConfig config) throws StorageException {
        return at("gs://" + BUCKET + "/repository", config);
    }

    Storage at(String location, ProviderConfig config) throws StorageException {
        return new GcsStorageProvider().open(StorageLocation.parse(location), config, new StorageContext(clock));
    }

    static void put(Storage storage, ObjectKey key) throws StorageException {
        storage.create(key, Payload.of(BYTES), BUNDLE);
    }

    static byte[] get(Storage storage, ByteRange range) throws StorageException, IOException {
        try (InputStream stream = storage.read(KEY, range)) {
            return stream.readAllBytes();
        }
    }

    static <E extends Throwable> E failure(Class<E> type, ThrowingCallable call) {
        E failure = catchThrowableOfType(type, call);
        if (failure == null) {
            throw new AssertionError("nothing was thrown");
        }
        return failure;
    }
}
