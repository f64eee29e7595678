package io.pgbackup.azure;

import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.testkit.StorageContract;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class AzureStorageContractTest extends StorageContract {
    private static final int PAGE = 50;
    private static Azurite azurite;

    @BeforeAll
    static void start() throws Exception {
        azurite = Azurite.start();
        azurite.createContainer(Emulator.CONTAINER);
    }

    @AfterAll
    static void stop() {
        if (azurite != null) {
            azurite.close();
        }
    }

    @Override
    protected Storage open() throws Exception {
        AzureLocation location =
                AzureLocation.parse(StorageLocation.parse(azurite.location(Emulator.CONTAINER, "some/path")));
        AzureBlob settings = AzureBlob.accountKey(Emulator.secret(azurite.key()));
        return new AzureStorage(
                location,
                new Connection(location, settings, InstantSource.system()),
                new Uploads(Map.of(), false),
                PAGE);
    }

    /** Twelve pages; the emulator takes three milliseconds for each object. */
    @Override
    protected int listingSize() {
        return 12 * PAGE;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(azurite.key());
    }
}
