package io.pgbackup.core.storage;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A directory as it is used, disk and all. */
class LocalDirectoryStorageContractTest extends StorageContract {
    @TempDir
    private Path directory;

    @Override
    protected Storage open() {
        return new LocalDirectoryStorage(directory.resolve("repository"));
    }

    @Override
    protected boolean allowsObjectsBelowObjects() {
        return false;
    }

    @Override
    protected int listingSize() {
        // A directory has no pages; LocalDirectoryStorageTest lists more.
        return 1_200;
    }
}
