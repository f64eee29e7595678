package io.pgbackup.azure;

import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.util.Optional;

/** What tests against the emulator have in common. */
final class Emulator {
    static final String CONTAINER = "tests";
    static final ObjectKey KEY = ObjectKey.of("some/object");

    private Emulator() {}

    static SecretSource secret(String value) {
        return SecretSource.value(value.toCharArray());
    }

    static Storage open(String location, AzureBlob settings) throws StorageException {
        return new AzureStorageProvider().open(StorageLocation.parse(location), settings, StorageContext.system());
    }

    /** The SDK's own client with the account's key, to set the stage. */
    static BlobServiceClient administrator(Azurite azurite) {
        return new BlobServiceClientBuilder()
                .connectionString(azurite.connectionString())
                .httpClient(new Transport(Optional.empty()))
                .buildClient();
    }
}
