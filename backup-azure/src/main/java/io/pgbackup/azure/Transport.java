package io.pgbackup.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.core.util.ConfigurationSource;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The HTTP client, made anew when the file of trusted certificates has changed. Follows no redirects. Safe for use by many threads. */
final class Transport implements HttpClient {
    private static final ConfigurationSource NOTHING = path -> Map.of();
    /** See {@link LengthOnceClient}. Set as a source: what is put into a configuration one by one, the whole process gets. */
    private static final Configuration LENGTH_ALLOWED = new ConfigurationBuilder(
                    NOTHING, path -> Map.of("jdk.httpclient.allowRestrictedHeaders", "content-length"), NOTHING)
            .build();

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final Optional<Path> certificates;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Made made;

    private record Made(HttpClient client, FileTime changed) {}

    Transport(Optional<Path> certificates) {
        this.certificates = certificates;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.defer(() -> client().send(request));
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request, Context context) {
        return Mono.defer(() -> client().send(request, context));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        return client().sendSync(request, context);
    }

    private HttpClient client() {
        FileTime changed = changed();
        Made current = made;
        if (current != null && current.changed().equals(changed)) {
            return current.client();
        }
        lock.lock();
        try {
            if (made == null || !made.changed().equals(changed)) {
                made = new Made(make(), changed);
            }
            return made.client();
        } finally {
            lock.unlock();
        }
    }

    private FileTime changed() {
        try {
            return certificates.isPresent() ? Files.getLastModifiedTime(certificates.get()) : FileTime.fromMillis(0);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the trusted certificates in " + certificates.get(), e);
        }
    }

    private HttpClient make() {
        // The store speaks HTTP/1.1; asking an unencrypted server for HTTP/2 would be an upgrade in mid-request.
        java.net.http.HttpClient.Builder builder = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .followRedirects(java.net.http.HttpClient.Redirect.NEVER);
        if (certificates.isPresent()) {
            try {
                builder.sslContext(Trust.contextFor(certificates.get()));
            } catch (GeneralSecurityException e) {
                throw new CredentialException(
                        "the trusted certificates in " + certificates.get() + " cannot be used: " + e.getMessage(), e);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the trusted certificates in " + certificates.get(), e);
            }
        }
        return new JdkHttpClientBuilder(LengthOnceClient.builder(builder))
                .configuration(LENGTH_ALLOWED)
                .connectionTimeout(CONNECT)
                .writeTimeout(SILENCE)
                .responseTimeout(SILENCE)
                .readTimeout(SILENCE)
                .build();
    }
}
