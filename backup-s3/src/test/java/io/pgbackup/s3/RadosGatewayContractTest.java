package io.pgbackup.s3;

import io.pgbackup.s3.testkit.RadosGateway;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3Client;

/** The whole contract against a real server, at the root of a bucket. Listings of several pages, which take this server minutes, are proved with another one. */
class RadosGatewayContractTest extends StorageContract {
    private static RadosGateway gateway;
    private static RadosGateway.User user;

    @BeforeAll
    static void start() throws Exception {
        gateway = RadosGateway.start();
        user = gateway.user("contract");
        try (S3Client client = gateway.client(user)) {
            client.createBucket(request -> request.bucket(Buckets.NAME));
        }
    }

    @AfterAll
    static void end() throws Exception {
        if (gateway != null) {
            gateway.close();
        }
    }

    @Override
    protected Storage open() throws Exception {
        return Buckets.open("s3://backups/", Buckets.settings(gateway, user));
    }

    @Override
    protected int listingSize() {
        return 100;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(user.secretKey());
    }
}
