package io.pgbackup.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.AzurePowerShellCredentialBuilder;
import com.azure.identity.CredentialUnavailableException;
import com.azure.identity.EnvironmentCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Tries one credential after the other until one is there, says which, and stays with it. */
final class DefaultChain implements TokenCredential {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultChain.class);

    private final Map<String, Supplier<TokenCredential>> steps;
    private volatile @Nullable TokenCredential chosen;

    DefaultChain(Map<String, Supplier<TokenCredential>> steps) {
        this.steps = new LinkedHashMap<>(steps);
    }

    static DefaultChain of(HttpClient client, Optional<String> authority, RetryPolicy retries) {
        Map<String, Supplier<TokenCredential>> steps = new LinkedHashMap<>();
        steps.put("service principal of the environment", () -> {
            EnvironmentCredentialBuilder builder =
                    new EnvironmentCredentialBuilder().httpClient(client).retryPolicy(retries);
            authority.ifPresent(builder::authorityHost);
            return builder.build();
        });
        steps.put("workload identity", () -> {
            WorkloadIdentityCredentialBuilder builder =
                    new WorkloadIdentityCredentialBuilder().httpClient(client).retryPolicy(retries);
            authority.ifPresent(builder::authorityHost);
            return builder.build();
        });
        steps.put(
                "managed identity",
                () -> new ManagedIdentityCredentialBuilder()
                        .httpClient(client)
                        .retryPolicy(retries)
                        .build());
        steps.put("Azure CLI", () -> new AzureCliCredentialBuilder().build());
        steps.put("Azure PowerShell", () -> new AzurePowerShellCredentialBuilder().build());
        return new DefaultChain(steps);
    }

    @Override
    public Mono<AccessToken> getToken(TokenRequestContext request) {
        return Mono.fromCallable(() -> getTokenSync(request));
    }

    @Override
    public AccessToken getTokenSync(TokenRequestContext request) {
        TokenCredential known = chosen;
        return known == null ? choose(request) : known.getTokenSync(request);
    }

    private AccessToken choose(TokenRequestContext request) {
        StringJoiner reasons = new StringJoiner("; ");
        for (Map.Entry<String, Supplier<TokenCredential>> step : steps.entrySet()) {
            try {
                TokenCredential credential = step.getValue().get();
                AccessToken token = credential.getTokenSync(request);
                chosen = credential;
                LOG.warn(
                        "the default chain found: {}. In production name the identity instead of relying on what is"
                                + " found first",
                        step.getKey());
                return token;
            } catch (CredentialUnavailableException | IllegalArgumentException | IllegalStateException e) {
                reasons.add(step.getKey() + ": " + firstLine(e.getMessage()));
            }
        }
        throw new CredentialUnavailableException("no step of the default chain gave a token: " + reasons);
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }
}
