package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to calls that take too long. */
class PatientStorageTest {
    private static final ObjectKey KEY = ObjectKey.of("a/b");

    private final FaultyStorage faulty = FaultyStorage.around(new MemoryStorage());
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicReference<Duration> patience = new AtomicReference<>(Duration.ofMinutes(5));
    private final PatientStorage storage = new PatientStorage(faulty, patience::get);

    @AfterEach
    void release() {
        released.countDown();
        storage.close();
    }

    private void hang() throws InterruptedException {
        patience.set(Duration.ZERO);
        released.await();
    }

    private void create() throws Exception {
        storage.create(KEY, Payload.of(new byte[100_000]), ObjectAttributes.of(ObjectKind.BUNDLE));
    }

    @Test
    void aCallThatTakesTooLongIsGivenUp() {
        faulty.on(Verb.CREATE).meanwhile(this::hang);
        assertThatThrownBy(this::create)
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("no answer within")
                .hasMessageContaining("a/b");
    }

    @Test
    void aCallThatTakesLongIsAwaited() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        faulty.on(Verb.CREATE).meanwhile(() -> {
            reached.countDown();
            released.await();
        });
        Thread releasing = new Thread(() -> {
            try {
                reached.await();
            } catch (InterruptedException e) {
                return;
            }
            released.countDown();
        });
        releasing.start();
        create();
        releasing.join();
        assertThat(storage.stat(KEY)).isPresent();
    }

    @Test
    void aFailureIsPassedOnAsItIs() {
        faulty.on(Verb.CREATE).denied();
        assertThatThrownBy(this::create).isInstanceOf(StorageDeniedException.class);
    }

    @Test
    void aStreamGivesAllItsBytes() throws Exception {
        create();
        try (InputStream in = storage.read(KEY, ByteRange.all())) {
            assertThat(in.readAllBytes()).hasSize(100_000);
        }
    }

    @Test
    void aStreamThatBreaksSaysSo() throws Exception {
        create();
        faulty.on(Verb.READ).breakAfter(70_000);
        try (InputStream in = storage.read(KEY, ByteRange.all())) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread caller = Thread.currentThread();
        faulty.on(Verb.CREATE).meanwhile(() -> {
            caller.interrupt();
            released.await();
        });
        assertThatThrownBy(this::create).isInstanceOf(StorageUnavailableException.class);
        assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
    }
}
