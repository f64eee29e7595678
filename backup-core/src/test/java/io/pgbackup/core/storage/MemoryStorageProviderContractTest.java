package io.pgbackup.core.storage;

import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.UUID;

class MemoryStorageProviderContractTest extends StorageContract {
    private final StorageLocation location = StorageLocation.parse("memory:" + UUID.randomUUID());

    @Override
    protected Storage open() throws StorageException {
        return new MemoryStorageProvider().open(location, ProviderConfig.none(), StorageContext.system());
    }
}
