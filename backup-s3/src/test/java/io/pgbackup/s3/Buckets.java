package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.s3.testkit.RadosGateway;
import io.pgbackup.s3.testkit.S3ProxyServer;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** What tests of this package have in common. */
final class Buckets {
    static final String NAME = "backups";

    private Buckets() {}

    /** The token service of a gateway. */
    static StsClient tokenService(URI endpoint, RadosGateway.User user) {
        return StsClient.builder()
                .httpClient(Apache5HttpClient.create())
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(user.accessKey(), user.secretKey())))
                .build();
    }

    static S3 settings(S3ProxyServer server) {
        return S3.accessKey(server.accessKey(), secret(server.secretKey()))
                .endpoint(server.endpoint())
                .allowPlainHttp();
    }

    static S3 settings(RadosGateway gateway, RadosGateway.User user) {
        return S3.accessKey(user.accessKey(), secret(user.secretKey()))
                .endpoint(gateway.endpoint())
                .allowPlainHttp();
    }

    static SecretSource secret(String value) {
        return SecretSource.value(value.toCharArray());
    }

    static Storage open(String location, ProviderConfig settings) throws StorageException {
        return new S3StorageProvider().open(StorageLocation.parse(location), settings, StorageContext.system());
    }
}
