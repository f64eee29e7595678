package io.pgbackup.core.storage;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.StorageContract;
import java.time.Duration;

/** Patience changes nothing where the store answers. */
class PatientStorageContractTest extends StorageContract {
    private final MemoryStorage memory = new MemoryStorage();

    @Override
    protected Storage open() {
        return new PatientStorage(memory.anotherClient(), () -> Duration.ofMinutes(5));
    }

    @Override
    protected void verifyNothingOpen() {
        memory.assertNothingOpen();
    }
}
