package io.pgbackup.azure;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class AzureStorageContractTest extends StorageContract {
    private static Azurite azurite;

    @BeforeAll
    static void start() throws Exception {
        azurite = Azurite.start();
        new BlobServiceClientBuilder()
                .connectionString(azurite.connectionString())
                .httpClient(new JdkHttpClientBuilder().build())
                .buildClient()
                .createBlobContainer("contract");
    }

    @AfterAll
    static void stop() {
        if (azurite != null) {
            azurite.close();
        }
    }

    @Override
    protected Storage open() throws Exception {
        return new AzureStorageProvider()
                .open(
                        StorageLocation.parse(azurite.location("contract", "some/path")),
                        AzureBlob.accountKey(SecretSource.value(azurite.key().toCharArray())),
                        StorageContext.system());
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(azurite.key());
    }
}
