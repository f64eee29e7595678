package io.pgbackup.s3;

import java.time.InstantSource;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Makes the SDK's client, at the first use: to find a region or a proxy's password may touch network and files, and opening a repository must not. The SDK
 * never retries. Safe for use by many threads.
 */
final class S3Clients implements AutoCloseable {
    private final S3Store store;
    private final InstantSource clock;
    private final Lock lock = new ReentrantLock();
    private volatile @Nullable Open open;

    S3Clients(S3Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** What has to be closed. */
    private record Open(SdkHttpClient http, RequestCredentials credentials, S3Client client) {
        void close() {
            client.close();
            credentials.close();
            http.close();
        }
    }

    S3Client client() {
        Open current = open;
        if (current != null) {
            return current.client;
        }
        lock.lock();
        try {
            current = open;
            if (current == null) {
                current = make();
                open = current;
            }
            return current.client;
        } finally {
            lock.unlock();
        }
    }

    private Open make() {
        SdkHttpClient http =
                HttpClients.of(store.connection(), store.connection().authority());
        RequestCredentials credentials = null;
        boolean made = false;
        try {
            credentials = RequestCredentials.of(store.credentials(), store.connection(), clock);
            Open opened = new Open(http, credentials, client(http, credentials));
            made = true;
            return opened;
        } finally {
            if (!made) {
                http.close();
                if (credentials != null) {
                    credentials.close();
                }
            }
        }
    }

    private S3Client client(SdkHttpClient http, RequestCredentials credentials) {
        boolean trailers = store.checksums() == S3Checksums.WHEN_SUPPORTED;
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(http)
                .credentialsProvider(credentials)
                .requestChecksumCalculation(store.checksums().ofRequests())
                .responseChecksumValidation(store.checksums().ofResponses())
                .forcePathStyle(store.addressing() == S3Addressing.PATH)
                .serviceConfiguration(options -> options.chunkedEncodingEnabled(trailers))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(
                                new OnlyOverTls(store.connection().plainHttp()))
                        .addExecutionInterceptor(new WithoutRepeatedPrefix()));
        if (!trailers) {
            builder.addPlugin(LegacyMd5Plugin.create());
        }
        store.connection().region().map(Region::of).ifPresent(builder::region);
        store.connection().endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            Open current = open;
            if (current != null) {
                current.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
