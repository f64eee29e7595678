package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What a store delivers after its caller gave up is let go of. */
class AbandonedStreamTest {
    private static final ObjectKey KEY = ObjectKey.of("some/object");

    /** Opens a stream only when it is allowed to, whoever interrupts it. */
    private static final class Slow extends ForwardingStorage {
        private final Semaphore allowed = new Semaphore(0);
        private volatile boolean asked;
        private volatile boolean opened;

        Slow(MemoryStorage memory) {
            super(memory);
        }

        @Override
        public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
            asked = true;
            allowed.acquireUninterruptibly();
            InputStream stream = super.read(key, range);
            opened = true;
            return stream;
        }
    }

    @Test
    void aStreamThatIsOpenedWhenNobodyWaitsAnyMoreIsClosed() throws Exception {
        MemoryStorage memory = new MemoryStorage();
        memory.create(KEY, Payload.of(new byte[] {1, 2, 3}), ObjectAttributes.of(ObjectKind.CONTROL));
        Slow slow = new Slow(memory);
        try (PatientStorage patient =
                new PatientStorage(slow, () -> slow.asked ? Duration.ZERO : Duration.ofMinutes(1))) {
            assertThatThrownBy(() -> patient.read(KEY, ByteRange.all()))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("no answer within");
            slow.allowed.release();
            await().untilAsserted(() -> {
                assertThat(slow.opened).isTrue();
                memory.assertNothingOpen();
            });
        }
    }
}
