package io.pgbackup.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.util.ClientOptions;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Makes the SDK's client of a container: at the first use, because the endpoint may be part of a secret. Safe for use by many threads.
 */
final class Connection {
    private static final String APPLICATION = "pgbackup";

    private final AzureLocation location;
    private final AzureBlob settings;
    private final InstantSource clock;
    private final HttpClient transport;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable BlobContainerAsyncClient container;

    Connection(AzureLocation location, AzureBlob settings, InstantSource clock) {
        this.location = location;
        this.settings = settings;
        this.clock = clock;
        this.transport = new Transport(settings.service().certificates());
    }

    BlobContainerAsyncClient container() {
        BlobContainerAsyncClient known = container;
        if (known != null) {
            return known;
        }
        lock.lock();
        try {
            if (container == null) {
                String endpoint = endpoint();
                container = builder(endpoint)
                        .addPolicy(RequestPolicies.onlyTheStoreAnswers())
                        .addPolicy(policy(endpoint))
                        .buildAsyncClient()
                        .getBlobContainerAsyncClient(location.container());
            }
            return container;
        } finally {
            lock.unlock();
        }
    }

    private String endpoint() {
        String fromLocation = location.endpoint(settings.service().suffix());
        if (!(settings.authentication() instanceof Authentication.ByConnectionString method)) {
            return fromLocation;
        }
        Optional<String> named =
                ConnectionString.parse(Text.of(method.source())).endpoint(location.account());
        if (named.isPresent() && location.endpoint().isPresent() && !named.equals(location.endpoint())) {
            throw new CredentialException("the connection string is for the endpoint " + named.get()
                    + ", the location names " + fromLocation);
        }
        return named.orElse(fromLocation);
    }

    private BlobServiceClientBuilder builder(String endpoint) {
        // The engine has the one retry layer: a hidden retry of a create would make "exists" undecidable.
        BlobServiceClientBuilder builder = new BlobServiceClientBuilder()
                .endpoint(endpoint)
                .httpClient(transport)
                .clientOptions(new ClientOptions().setApplicationId(APPLICATION))
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Integer) null, null, null, null));
        settings.service().version().ifPresent(builder::serviceVersion);
        settings.service().encryptionScope().ifPresent(builder::encryptionScope);
        return builder;
    }

    private HttpPipelinePolicy policy(String endpoint) {
        Authentication method = settings.authentication();
        if (method instanceof Authentication.BySharedAccessSignature signature) {
            return RequestPolicies.sharedAccess(() -> Text.of(signature.source()));
        }
        if (method instanceof Authentication.ByIdentity identity) {
            Renewing<String> token = token(identity.identity());
            return settings.sharedAccessLifetime()
                    .map(lifetime -> signing(lifetime, endpoint, token))
                    .orElseGet(() -> RequestPolicies.bearer(token));
        }
        return settings.sharedAccessLifetime()
                .map(lifetime -> signingByAccount(lifetime, endpoint))
                .orElseGet(() -> keyOrSignature(method));
    }

    private HttpPipelinePolicy keyOrSignature(Authentication method) {
        if (method instanceof Authentication.ByConnectionString string
                && ConnectionString.parse(Text.of(string.source())).accountKey().isEmpty()) {
            return RequestPolicies.sharedAccess(() -> ConnectionString.parse(Text.of(string.source()))
                    .sharedAccessSignature()
                    .orElseThrow(
                            () -> new CredentialException("the connection string lost its SharedAccessSignature")));
        }
        return RequestPolicies.sharedKey(this::accountKey);
    }

    private StorageSharedKeyCredential accountKey() {
        String key;
        if (settings.authentication() instanceof Authentication.ByConnectionString string) {
            key = ConnectionString.parse(Text.of(string.source()))
                    .accountKey()
                    .orElseThrow(() -> new CredentialException("the connection string holds no AccountKey"));
        } else if (settings.authentication() instanceof Authentication.ByAccountKey account) {
            key = Text.of(account.source());
        } else {
            throw new IllegalStateException(settings.authentication().method() + " has no account key");
        }
        return RequestPolicies.credential(location.account(), key);
    }

    private Renewing<String> token(AzureIdentity identity) {
        return new Renewing<>(
                "token of " + identity + " for " + location,
                new IdentityTokens(identity, transport, IdentityTokens.STORAGE)::obtain,
                clock,
                settings.listener());
    }

    private HttpPipelinePolicy signing(Duration lifetime, String endpoint, Renewing<String> token) {
        // Expired at once, so that the SDK asks us again instead of its own cache.
        TokenCredential asked =
                request -> Mono.fromCallable(() -> new AccessToken(token.value(), OffsetDateTime.now(ZoneOffset.UTC)));
        BlobServiceClient service = builder(endpoint).credential(asked).buildClient();
        return sharedAccess(new SharedAccess(service, location.container(), lifetime)::delegatedByUser);
    }

    private HttpPipelinePolicy signingByAccount(Duration lifetime, String endpoint) {
        return sharedAccess(now -> new SharedAccess(
                        builder(endpoint).credential(accountKey()).buildClient(), location.container(), lifetime)
                .signedByAccount(now));
    }

    private HttpPipelinePolicy sharedAccess(Renewing.Source<String> source) {
        Renewing<String> signature =
                new Renewing<>("shared access signature for " + location, source, clock, settings.listener());
        return RequestPolicies.sharedAccess(signature::value);
    }
}
