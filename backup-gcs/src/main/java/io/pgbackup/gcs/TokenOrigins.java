package io.pgbackup.gcs;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches access tokens by each way to authenticate, once and without a cache: {@link AccessTokens} renews. */
final class TokenOrigins {
    private static final Logger LOG = LoggerFactory.getLogger(TokenOrigins.class);
    /** Of the library that fetches tokens: it counts the life of a token by this clock, whatever ours says. */
    private static final InstantSource LIBRARY_CLOCK = InstantSource.system();

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7E]+");

    private final Transports transports;
    private final InstantSource clock;
    private final List<String> scopes;

    /** For what the scopes name. */
    TokenOrigins(Transports transports, InstantSource clock, List<String> scopes) {
        this.transports = transports;
        this.clock = clock;
        this.scopes = List.copyOf(scopes);
    }

    /** For the store. */
    static TokenOrigins ofStore(Transports transports, InstantSource clock) {
        return new TokenOrigins(transports, clock, List.of("https://www.googleapis.com/auth/devstorage.read_write"));
    }

    /** The origin for a way to authenticate; empty for none. */
    Optional<AccessTokens.Origin> of(Authentication authentication) {
        if (authentication instanceof Authentication.MetadataServer) {
            return Optional.of(() -> fetch("of the metadata server", this::metadataServer));
        }
        if (authentication instanceof Authentication.ServiceAccount account) {
            return Optional.of(() -> fetch("of the service account", () -> serviceAccount(account.json())));
        }
        if (authentication instanceof Authentication.ExternalAccount account) {
            return Optional.of(() -> fetch("of the external account", () -> externalAccount(account.json())));
        }
        if (authentication instanceof Authentication.AccessToken token) {
            return Optional.of(() -> given(token.token()));
        }
        if (authentication instanceof Authentication.ApplicationDefault) {
            return Optional.of(() -> fetch("of the application default credentials", this::applicationDefault));
        }
        return Optional.empty();
    }

    private interface Credentials {
        GoogleCredentials find() throws IOException;
    }

    private static AccessTokens.Token fetch(String whose, Credentials credentials) throws IOException {
        AccessToken token;
        try {
            token = credentials.find().refreshAccessToken();
        } catch (IOException e) {
            throw CredentialsException.classify("no access token " + whose, e);
        }
        Optional<Duration> life = Optional.ofNullable(token.getExpirationTime())
                .map(expiry -> Duration.between(LIBRARY_CLOCK.instant(), expiry.toInstant()));
        return new AccessTokens.Token(token.getTokenValue(), life);
    }

    private GoogleCredentials metadataServer() {
        return ComputeEngineCredentials.newBuilder()
                .setHttpTransportFactory(transports::metadata)
                .build();
    }

    private GoogleCredentials serviceAccount(SecretSource json) throws IOException {
        return CredentialsJson.parse(
                json,
                "service_account",
                bytes -> ServiceAccountCredentials.fromStream(bytes, transports::tokens)
                        .createWithCustomRetryStrategy(false)
                        .createScoped(scopes));
    }

    private GoogleCredentials externalAccount(SecretSource json) throws IOException {
        return CredentialsJson.parse(
                json,
                "external_account",
                bytes -> ExternalAccountCredentials.fromStream(bytes, transports::tokens)
                        .createScoped(scopes));
    }

    private GoogleCredentials applicationDefault() throws IOException {
        GoogleCredentials found;
        try {
            found = GoogleCredentials.getApplicationDefault(transports::publicOrMetadata);
        } catch (IOException e) {
            throw CredentialsException.lasting("there are no application default credentials: " + e.getMessage(), e);
        }
        LOG.info(
                "application default credentials for Google Cloud: {}",
                found.getClass().getSimpleName());
        return found.createWithCustomRetryStrategy(false).createScoped(scopes);
    }

    private AccessTokens.Token given(SecretSource source) throws IOException {
        try (Secret secret = source.obtain()) {
            String value = secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .trim();
            if (!TOKEN.matcher(value).matches()) {
                // Java would repeat it in the message of its own refusal.
                throw CredentialsException.lasting("what " + source + " gives is not an access token", null);
            }
            return new AccessTokens.Token(
                    value, secret.expiry().map(expiry -> Duration.between(clock.instant(), expiry)));
        } catch (RuntimeException e) {
            throw CredentialsException.lasting("no access token of " + source + ": " + e.getMessage(), e);
        }
    }
}
