package io.pgbackup.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ResourceNotFoundException;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.keys.KeyWrapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;

/**
 * Secrets and keys of an Azure Key Vault.
 *
 * <p>Secrets are passphrases, account keys, signatures, database passwords. Each use asks the vault for the newest version,
 * so a rotated secret is simply the next answer; of all permissions only that to get secrets is needed.
 *
 * <p>Keys never leave the vault: they wrap and unwrap what opens a repository, which needs the permissions to wrap and unwrap keys, no other. New slots are
 * wrapped by the newest version, and each keeps which version wrapped it, so rotation in the vault locks nobody out.
 *
 * <p>Immutable, safe for use by many threads.
 */
public final class AzureKeyVault {
    private static final Pattern URL = Pattern.compile("https://[A-Za-z0-9.-]+(:[0-9]+)?/?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,127}");

    private final String url;
    private final AzureIdentity identity;
    private final Optional<Path> certificates;
    private final SecretClient client;
    private final VaultRequests keys;

    private AzureKeyVault(String url, AzureIdentity identity, Optional<Path> certificates, Origin origin) {
        this.url = url;
        this.identity = identity;
        this.certificates = certificates;
        HttpClient transport = new Transport(certificates);
        SecretClientBuilder builder = new SecretClientBuilder()
                .vaultUrl(url)
                .credential(new FreshCredential(identity, transport))
                .httpClient(transport)
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))));
        this.keys = new VaultRequests(url, identity, transport, origin == Origin.ANYWHERE);
        this.client =
                (origin == Origin.ANYWHERE ? builder.disableChallengeResourceVerification() : builder).buildClient();
    }

    /** Whether the vault must be one of Azure's: it says for which resource it wants a token, and a false one could collect tokens. */
    enum Origin {
        AZURE,
        ANYWHERE
    }

    /**
     * A vault.
     *
     * @param url for example {@code https://name.vault.azure.net}
     * @param identity who asks
     * @return the vault
     * @throws IllegalArgumentException if it is not such a URL
     */
    public static AzureKeyVault at(String url, AzureIdentity identity) {
        if (!URL.matcher(url).matches()) {
            throw new IllegalArgumentException("'" + url + "' is no vault such as https://name.vault.azure.net");
        }
        return new AzureKeyVault(url, identity, Optional.empty(), Origin.AZURE);
    }

    /**
     * Certificate authorities that are trusted besides those of the JVM, for this vault and its identity only.
     *
     * @param pem one or more certificates in PEM; read again when the file changes
     * @return a new value
     */
    public AzureKeyVault trustedCertificates(Path pem) {
        return new AzureKeyVault(url, identity, Optional.of(pem), Origin.AZURE);
    }

    /** For tests: a vault on loopback. */
    AzureKeyVault anywhere() {
        return new AzureKeyVault(url, identity, certificates, Origin.ANYWHERE);
    }

    /**
     * A secret of the vault.
     *
     * @param name of the secret
     * @return its newest version at each use; a missing secret or permission is an error that names vault and secret
     * @throws IllegalArgumentException if no secret can have this name
     */
    public SecretSource secret(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of a secret: letters, digits and hyphens");
        }
        return new VaultSecret(url, name, client);
    }

    /**
     * An RSA key of the vault, by which repositories in whatever store are opened: {@code EncryptionKey.wrappedBy(vault.key("backup"))}. Wraps by
     * RSA-OAEP-256; the key must have at least 2048 bits.
     *
     * @param name of the key
     * @return the key; no request is sent
     * @throws IllegalArgumentException if no key can have this name
     */
    public KeyWrapper key(String name) {
        return key(name, VaultKey.Algorithm.RSA);
    }

    /**
     * A symmetric key of 256 bits, which only a managed HSM has. Wraps by A256KW. Unlike the public half of an RSA key, nothing that could be known outside wraps.
     *
     * @param name of the key
     * @return the key; no request is sent
     * @throws IllegalArgumentException if no key can have this name
     */
    public KeyWrapper symmetricKey(String name) {
        return key(name, VaultKey.Algorithm.AES);
    }

    private KeyWrapper key(String name, VaultKey.Algorithm algorithm) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of a key: letters, digits and hyphens");
        }
        return new VaultKey(url, name, algorithm, keys);
    }

    /** The vault, without secrets. */
    @Override
    public String toString() {
        return "AzureKeyVault[" + url + "]";
    }

    private record VaultSecret(String url, String name, SecretClient client) implements SecretSource {
        @Override
        public Secret obtain() {
            try {
                KeyVaultSecret newest = client.getSecret(name);
                Secret secret = Secret.of(newest.getValue().toCharArray());
                return Optional.ofNullable(newest.getProperties().getExpiresOn())
                        .map(expiry -> secret.expiringAt(expiry.toInstant()))
                        .orElse(secret);
            } catch (ResourceNotFoundException e) {
                throw new CredentialException("there is no secret '" + name + "' in the vault " + url, e);
            } catch (RuntimeException e) {
                throw new CredentialException(
                        "the secret '" + name + "' cannot be had from the vault " + url + ": "
                                + Redaction.text(e.getMessage()),
                        e);
            }
        }

        @Override
        public String toString() {
            return "SecretSource[" + name + " in " + url + "]";
        }
    }

    /** Makes the SDK's credential anew for each token, so that a rotated secret of a service principal is used. */
    private record FreshCredential(AzureIdentity identity, HttpClient transport) implements TokenCredential {
        @Override
        public Mono<AccessToken> getToken(TokenRequestContext request) {
            return Mono.fromCallable(() -> getTokenSync(request));
        }

        @Override
        public AccessToken getTokenSync(TokenRequestContext request) {
            return identity.credential(transport).getTokenSync(request);
        }
    }
}
