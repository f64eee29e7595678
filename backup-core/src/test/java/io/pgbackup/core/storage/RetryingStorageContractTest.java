package io.pgbackup.core.storage;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.StorageContract;

/** The retry layer changes nothing where nothing fails. */
class RetryingStorageContractTest extends StorageContract {
    private final MemoryStorage memory = new MemoryStorage();

    @Override
    protected Storage open() {
        return new RetryingStorage(
                memory.anotherClient(), RetryPolicy.standard(), RetryTiming.system(), RetryListener.none());
    }

    @Override
    protected void verifyNothingOpen() {
        memory.assertNothingOpen();
    }
}
