package io.pgbackup.gcs;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes Google's client so that each request is sent once, follows nobody elsewhere, and carries a living token. */
final class GcsClient implements HttpRequestInitializer {
    static final int UNAUTHORIZED = 401;

    private static final String BEARER = "Bearer ";

    private final Connection connection;
    private final Optional<AccessTokens> tokens;

    GcsClient(Connection connection, Optional<AccessTokens> tokens) {
        this.connection = connection;
        this.tokens = tokens;
    }

    static GcsClient of(Gcs config, Transports transports, InstantSource clock) {
        return of(config, TokenOrigins.ofStore(transports, clock), clock);
    }

    static GcsClient of(Gcs config, TokenOrigins origins, InstantSource clock) {
        return new GcsClient(
                config.connection(),
                origins.of(config.authentication()).map(origin -> new AccessTokens(origin, clock)));
    }

    Storage build(Transports transports) {
        return new Storage.Builder(transports.store(), GsonFactory.getDefaultInstance(), this)
                .setRootUrl(connection.endpoint().toString())
                .setServicePath("storage/v1/")
                .setBatchPath("batch/storage/v1")
                .setApplicationName("pgbackup")
                .setGoogleClientRequestInitializer(request -> request.setDisableGZipContent(true))
                .build();
    }

    @Override
    public void initialize(HttpRequest request) throws IOException {
        request.setNumberOfRetries(0);
        // Whoever answers with another address would get the token.
        request.setFollowRedirects(false);
        // Headers hold tokens and keys.
        request.setLoggingEnabled(false);
        request.setCurlLoggingEnabled(false);
        request.setConnectTimeout((int) connection.connectTimeout().toMillis());
        request.setReadTimeout((int) connection.answerTimeout().toMillis());
        if (connection.userProject().isPresent()) {
            request.getHeaders()
                    .set("x-goog-user-project", connection.userProject().get());
        }
        if (tokens.isPresent()) {
            authorize(request, tokens.get());
        }
    }

    private void authorize(HttpRequest request, AccessTokens living) throws IOException {
        String authorization = BEARER + living.current();
        request.getHeaders().setAuthorization(authorization);
        request.setResponseInterceptor(response -> judge(response, authorization));
    }

    private void judge(HttpResponse response, String authorization) throws IOException {
        if (response.getStatusCode() == UNAUTHORIZED) {
            if (anotherMayHelp(authorization)) {
                response.disconnect();
                throw new RefusedTokenException();
            }
        } else if (response.isSuccessStatusCode()) {
            tokens.ifPresent(living -> living.accepted(authorization.substring(BEARER.length())));
        }
    }

    /** The store refused a request for its credentials, {@link #UNAUTHORIZED}. Whether the next one comes with others. */
    boolean anotherMayHelp(@Nullable String authorization) {
        return authorization != null
                && tokens.isPresent()
                && tokens.get().refused(authorization.substring(BEARER.length()));
    }
}
