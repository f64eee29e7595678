package io.pgbackup.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.FixedDelay;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import io.pgbackup.SecretSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Who asks Azure: an identity of Microsoft Entra, which gives short-lived tokens. No program is needed, except for the steps of
 * {@link #defaultChain()} that are programs. Immutable; holds sources of secrets, never secrets.
 */
public final class AzureIdentity {
    private final String description;
    private final Factory factory;
    private final Optional<String> authority;
    private final UnaryOperator<HttpClient> transport;

    private AzureIdentity(
            String description, Factory factory, Optional<String> authority, UnaryOperator<HttpClient> transport) {
        this.description = description;
        this.factory = factory;
        this.authority = authority;
        this.transport = transport;
    }

    private AzureIdentity(String description, Factory factory) {
        this(description, factory, Optional.empty(), client -> client);
    }

    /** Makes the SDK's object, at each use of a secret anew. */
    @FunctionalInterface
    private interface Factory {
        TokenCredential make(HttpClient client, Optional<String> authority);
    }

    /**
     * The system-assigned managed identity of this machine, container or function.
     *
     * @return the identity
     */
    public static AzureIdentity managed() {
        return managed("system-assigned managed identity", builder -> builder);
    }

    /**
     * A user-assigned managed identity, by its client id.
     *
     * @param clientId of the identity
     * @return the identity
     */
    public static AzureIdentity managedByClientId(String clientId) {
        requireText(clientId, "client id");
        return managed("managed identity with client id " + clientId, builder -> builder.clientId(clientId));
    }

    /**
     * A user-assigned managed identity, by its object (principal) id.
     *
     * @param objectId of the identity
     * @return the identity
     */
    public static AzureIdentity managedByObjectId(String objectId) {
        requireText(objectId, "object id");
        return managed("managed identity with object id " + objectId, builder -> builder.objectId(objectId));
    }

    /**
     * A user-assigned managed identity, by its resource id.
     *
     * @param resourceId {@code /subscriptions/…/userAssignedIdentities/…}
     * @return the identity
     */
    public static AzureIdentity managedByResourceId(String resourceId) {
        requireText(resourceId, "resource id");
        return managed("managed identity with resource id " + resourceId, builder -> builder.resourceId(resourceId));
    }

    private static AzureIdentity managed(String description, UnaryOperator<ManagedIdentityCredentialBuilder> choice) {
        return new AzureIdentity(
                description,
                (client, authority) -> choice.apply(new ManagedIdentityCredentialBuilder())
                        .httpClient(client)
                        .retryPolicy(noRetries())
                        .build());
    }

    /**
     * A workload identity: a token of the platform, found in a file that the platform renews, is exchanged for one of Entra.
     *
     * @param tenantId the tenant
     * @param clientId the application or identity
     * @param tokenFile read again at each exchange
     * @return the identity
     */
    public static AzureIdentity workload(String tenantId, String clientId, Path tokenFile) {
        requireText(tenantId, "tenant id");
        requireText(clientId, "client id");
        return new AzureIdentity("workload identity with client id " + clientId, (client, authority) -> {
            WorkloadIdentityCredentialBuilder builder = new WorkloadIdentityCredentialBuilder()
                    .tenantId(tenantId)
                    .clientId(clientId)
                    .tokenFilePath(tokenFile.toString())
                    .httpClient(client)
                    .retryPolicy(noRetries());
            authority.ifPresent(host -> builder.authorityHost(host).disableInstanceDiscovery());
            return builder.build();
        });
    }

    /**
     * The workload identity of this pod, as {@code AZURE_TENANT_ID}, {@code AZURE_CLIENT_ID}, {@code AZURE_FEDERATED_TOKEN_FILE} and
     * {@code AZURE_AUTHORITY_HOST} in the environment of this process say it.
     *
     * @return the identity
     */
    public static AzureIdentity workloadFromEnvironment() {
        return new AzureIdentity("workload identity of the environment", (client, authority) -> {
            WorkloadIdentityCredentialBuilder builder =
                    new WorkloadIdentityCredentialBuilder().httpClient(client).retryPolicy(noRetries());
            authority.ifPresent(host -> builder.authorityHost(host).disableInstanceDiscovery());
            return builder.build();
        });
    }

    /**
     * A service principal with a secret.
     *
     * @param tenantId the tenant
     * @param clientId the application
     * @param secret asked again whenever a token is obtained
     * @return the identity
     */
    public static AzureIdentity clientSecret(String tenantId, String clientId, SecretSource secret) {
        requireText(tenantId, "tenant id");
        requireText(clientId, "client id");
        return new AzureIdentity("service principal " + clientId + " with a secret", (client, authority) -> {
            ClientSecretCredentialBuilder builder = new ClientSecretCredentialBuilder()
                    .tenantId(tenantId)
                    .clientId(clientId)
                    .clientSecret(Text.of(secret))
                    .httpClient(client)
                    .retryPolicy(noRetries());
            authority.ifPresent(host -> builder.authorityHost(host).disableInstanceDiscovery());
            return builder.build();
        });
    }

    /**
     * A service principal with a certificate.
     *
     * @param tenantId the tenant
     * @param clientId the application
     * @param pem certificate and unencrypted private key in PEM; read again whenever a token is obtained
     * @return the identity
     */
    public static AzureIdentity clientCertificate(String tenantId, String clientId, Path pem) {
        requireText(tenantId, "tenant id");
        requireText(clientId, "client id");
        return new AzureIdentity("service principal " + clientId + " with a certificate", (client, authority) -> {
            ClientCertificateCredentialBuilder builder = new ClientCertificateCredentialBuilder()
                    .tenantId(tenantId)
                    .clientId(clientId)
                    .pemCertificate(pem.toString())
                    .httpClient(client)
                    .retryPolicy(noRetries());
            authority.ifPresent(host -> builder.authorityHost(host).disableInstanceDiscovery());
            return builder.build();
        });
    }

    /**
     * Whatever is found first: a service principal in the environment, a workload identity, a managed identity, the Azure CLI, Azure
     * PowerShell. The step that gave the token is logged. Good for trying things out; in production name the identity, for what is found
     * first may change with the machine.
     *
     * @return the identity
     */
    public static AzureIdentity defaultChain() {
        return new AzureIdentity(
                "default chain", (client, authority) -> DefaultChain.of(client, authority, noRetries()));
    }

    /**
     * With another authority than that of the public cloud.
     *
     * @param url for example {@code https://login.chinacloudapi.cn/}
     * @return a new identity
     */
    public AzureIdentity authority(String url) {
        if (!url.startsWith("https://")) {
            throw new IllegalArgumentException("an authority is an https URL");
        }
        return new AzureIdentity(description, factory, Optional.of(url), transport);
    }

    /** For tests: whoever asks a fixed address, such as that of a machine's metadata, can be led elsewhere. */
    AzureIdentity through(UnaryOperator<HttpClient> detour) {
        return new AzureIdentity(description, factory, authority, detour);
    }

    /** The engine has the one retry layer, and a credential that still lives is used meanwhile. */
    private static RetryPolicy noRetries() {
        return new RetryPolicy(new FixedDelay(0, Duration.ofMillis(1)));
    }

    TokenCredential credential(HttpClient client) {
        return factory.make(transport.apply(client), authority);
    }

    private static void requireText(String value, String what) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("the " + what + " is blank");
        }
    }

    /** Who asks, without secrets. */
    @Override
    public String toString() {
        return description;
    }
}
