package io.pgbackup.gcs;

import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** In a folder of a bucket that demands tokens. */
class GcsStorageContractTest extends StorageContract {
    private static final String TOKEN = Tokens.random();
    private static GcsServer server;

    @BeforeAll
    static void start() {
        server = GcsServer.start().withBucket("acme_backups.example");
        server.forgetBodies();
        server.requireToken(TOKEN::equals);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected Storage open() throws Exception {
        Gcs config = Gcs.accessToken(Tokens.source(TOKEN)).plainHttpEndpoint(server.url());
        return new GcsStorageProvider()
                .open(
                        StorageLocation.parse("gs://acme_backups.example/folder/of cluster%25".replace(" ", "%20")),
                        config,
                        StorageContext.system());
    }

    @Override
    protected boolean honoursLocks() {
        return true;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(TOKEN);
    }
}
