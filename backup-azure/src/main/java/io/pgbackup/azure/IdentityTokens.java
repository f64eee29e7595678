package io.pgbackup.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Obtains tokens of an identity. The SDK's credential is made anew each time, so that a rotated secret or certificate is simply used;
 * what the SDK caches of managed identities it renews by itself five minutes before the end.
 */
final class IdentityTokens {
    /** What tokens for any storage account are asked for. */
    static final String STORAGE = "https://storage.azure.com/.default";

    private static final Duration BEFORE_EXPIRY = Duration.ofMinutes(5);

    private final AzureIdentity identity;
    private final HttpClient client;
    private final String scope;
    /** Keeps to the step it found. */
    private volatile @Nullable TokenCredential chain;

    IdentityTokens(AzureIdentity identity, HttpClient client, String scope) {
        this.identity = identity;
        this.client = client;
        this.scope = scope;
    }

    Renewing.Grant<String> obtain(Instant now) {
        AccessToken token;
        try {
            token = credential().getTokenSync(new TokenRequestContext().addScopes(scope));
        } catch (CredentialException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CredentialException("no token for the " + identity + ": " + Redaction.text(e.getMessage()), e);
        }
        Instant expiry = token.getExpiresAt().toInstant();
        Duration half = Duration.between(now, expiry).dividedBy(2);
        Instant renewal = Optional.ofNullable(token.getRefreshAt())
                .map(refresh -> refresh.toInstant())
                .orElse(expiry.minus(half.compareTo(BEFORE_EXPIRY) < 0 ? half : BEFORE_EXPIRY));
        return new Renewing.Grant<>(token.getToken(), renewal, expiry);
    }

    private TokenCredential credential() {
        TokenCredential known = chain;
        if (known != null) {
            return known;
        }
        TokenCredential made = identity.credential(client);
        if (made instanceof DefaultChain) {
            chain = made;
        }
        return made;
    }
}
