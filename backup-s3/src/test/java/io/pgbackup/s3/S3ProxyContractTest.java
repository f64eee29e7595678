package io.pgbackup.s3;

import io.pgbackup.s3.testkit.S3ProxyServer;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The whole contract against s3proxy, with the defaults of a compatible store. */
class S3ProxyContractTest extends StorageContract {
    private static S3ProxyServer server;

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyServer.withBucket(Buckets.NAME);
    }

    @AfterAll
    static void end() throws Exception {
        server.close();
    }

    @Override
    protected Storage open() throws Exception {
        return Buckets.open("s3://backups/some/path", Buckets.settings(server));
    }

    /** s3proxy keeps its objects in a file system in memory; S3 has no directories. */
    @Override
    protected boolean speaksForObjectsBelowObjects() {
        return false;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(server.secretKey());
    }

    @Override
    protected int listingSize() {
        return 1_100;
    }
}
