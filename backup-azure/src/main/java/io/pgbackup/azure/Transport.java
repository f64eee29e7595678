package io.pgbackup.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
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
    /** The time until an answer includes the time to send the question: a slow line is no silence. */
    private static final Duration LONGEST_UPLOAD = Duration.ofHours(1);

    private static final int SMALL_BYTES = 64 * 1024;
    private static final String RESPONSE_TIMEOUT = "azure-response-timeout";

    private final Optional<Path> certificates;
    private final Duration silence;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Made made;

    private record Made(HttpClient client, FileTime changed) {}

    Transport(Optional<Path> certificates) {
        this(certificates, SILENCE);
    }

    /**
     * Connects to nothing yet.
     *
     * @param certificates of authorities that are trusted besides those of the JVM
     * @param silence how long a server may say or take nothing
     */
    Transport(Optional<Path> certificates, Duration silence) {
        this.certificates = certificates;
        this.silence = silence;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return send(request, Context.NONE);
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request, Context context) {
        return Mono.defer(() -> client().send(request, patient(request, context)));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        return client().sendSync(request, patient(request, context));
    }

    private Context patient(HttpRequest request, Context context) {
        String length = request.getHeaders().getValue(HttpHeaderName.CONTENT_LENGTH);
        boolean small = length == null || Long.parseLong(length) <= SMALL_BYTES;
        return small ? context.addData(RESPONSE_TIMEOUT, silence) : context;
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
                .writeTimeout(silence)
                .responseTimeout(LONGEST_UPLOAD)
                .readTimeout(silence)
                .build();
    }
}
