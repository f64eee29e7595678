package io.pgbackup.azure;

import com.azure.storage.blob.BlobServiceVersion;
import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ProviderConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings of a repository in Azure Blob Storage: exactly one way of authenticating, and options. Immutable; holds sources of secrets, which
 * are asked for every request, never secrets.
 *
 * <pre>{@code
 * Repository.at("azure://account/container/path")
 *         .with(AzureBlob.identity(AzureIdentity.managed()))
 * }</pre>
 */
public final class AzureBlob implements ProviderConfig {
    /** The scheme of locations. */
    static final String SCHEME = "azure";

    private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(10);
    private static final Duration LONGEST_LIFETIME = Duration.ofDays(7);
    private static final Pattern SUFFIX = Pattern.compile("[a-z0-9-]+(\\.[a-z0-9-]+)+");
    private static final Pattern SCOPE = Pattern.compile("[a-z0-9-]{3,63}");

    private final Authentication authentication;
    private final Optional<Duration> sharedAccessLifetime;
    private final ServiceSettings service;
    private final Uploads uploads;
    private final CredentialListener listener;

    private AzureBlob(
            Authentication authentication,
            Optional<Duration> sharedAccessLifetime,
            ServiceSettings service,
            Outfit outfit) {
        this.authentication = authentication;
        this.sharedAccessLifetime = sharedAccessLifetime;
        this.service = service;
        this.uploads = outfit.uploads();
        this.listener = outfit.listener();
    }

    private record Outfit(Uploads uploads, CredentialListener listener) {}

    private static AzureBlob by(Authentication authentication) {
        return new AzureBlob(
                authentication,
                Optional.empty(),
                ServiceSettings.DEFAULT,
                new Outfit(new Uploads(Map.of(), false), CredentialListener.NONE));
    }

    /**
     * By a connection string with an account key or a shared access signature. Its account must be that of the location; an endpoint in it
     * wins over the one that is made from the account's name.
     *
     * @param source of the string
     * @return settings
     */
    public static AzureBlob connectionString(SecretSource source) {
        return by(new Authentication.ByConnectionString(source));
    }

    /**
     * By one of the two keys of the account. Whoever has it may do everything to all containers of the account.
     *
     * @param source of the key in Base64, as the portal shows it
     * @return settings
     */
    public static AzureBlob accountKey(SecretSource source) {
        return by(new Authentication.ByAccountKey(source));
    }

    /**
     * By a shared access signature (SAS) that somebody made and will replace in time; the source is asked for every request. It is sent as it is
     * given, with or without a question mark in front, and never encoded again.
     *
     * @param source of the signature, {@code sv=…&se=…&sig=…}
     * @return settings
     */
    public static AzureBlob sharedAccessSignature(SecretSource source) {
        return by(new Authentication.BySharedAccessSignature(source));
    }

    /**
     * By an identity of Microsoft Entra, without any secret that could be stored or stolen where it is a managed or workload identity. The role
     * Storage Blob Data Contributor is enough for everything; tags need Storage Blob Data Owner.
     *
     * @param identity who asks
     * @return settings
     */
    public static AzureBlob identity(AzureIdentity identity) {
        return by(new Authentication.ByIdentity(identity));
    }

    /**
     * Requests carry a shared access signature for the container, made in this process and renewed at half of its life, instead of the
     * identity's token or the account's key. With an identity the store's own short-lived user delegation key signs it, and the role
     * must be assigned on the account.
     *
     * @param lifetime of a signature: 10 seconds to 7 days
     * @return new settings
     * @throws IllegalArgumentException if the lifetime is out of range, or the method of authentication cannot sign
     */
    public AzureBlob signingSharedAccess(Duration lifetime) {
        if (lifetime.compareTo(SHORTEST_LIFETIME) < 0 || lifetime.compareTo(LONGEST_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    "a shared access signature lives between 10 seconds and 7 days, not " + lifetime);
        }
        if (authentication instanceof Authentication.BySharedAccessSignature) {
            throw new IllegalArgumentException(
                    "a shared access signature cannot sign another one: use an identity or the account key");
        }
        return new AzureBlob(authentication, Optional.of(lifetime), service, new Outfit(uploads, listener));
    }

    /**
     * Another cloud, for locations of the form {@code azure://account/…}; {@code core.windows.net} unless said otherwise.
     *
     * @param suffix for example {@code core.chinacloudapi.cn} or {@code core.usgovcloudapi.net}
     * @return new settings
     */
    public AzureBlob endpointSuffix(String suffix) {
        if (!SUFFIX.matcher(suffix).matches()) {
            throw new IllegalArgumentException("'" + suffix + "' is no suffix such as core.windows.net");
        }
        return with(service.withSuffix(suffix));
    }

    /**
     * Certificate authorities that are trusted besides those of the JVM, for this store and its identity only. The file is read again when it
     * changes.
     *
     * @param pem one or more certificates in PEM
     * @return new settings
     */
    public AzureBlob trustedCertificates(Path pem) {
        return with(service.withCertificates(pem));
    }

    /**
     * The version of the protocol, for stores that do not know the newest.
     *
     * @param date for example {@code 2024-11-04}
     * @return new settings
     * @throws IllegalArgumentException if the SDK does not know the version
     */
    public AzureBlob serviceVersion(String date) {
        BlobServiceVersion version = Arrays.stream(BlobServiceVersion.values())
                .filter(known -> known.getVersion().equals(date))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the service version '" + date
                        + "' is not known; the newest is "
                        + BlobServiceVersion.getLatest().getVersion()));
        return with(service.withVersion(version));
    }

    /**
     * The encryption scope for new blobs; that of the account or container unless said otherwise.
     *
     * @param name of a scope of the account
     * @return new settings
     */
    public AzureBlob encryptionScope(String name) {
        if (!SCOPE.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no encryption scope");
        }
        return with(service.withEncryptionScope(name));
    }

    /**
     * The tier for objects of one kind; the account's default unless said otherwise.
     *
     * @param kind of objects
     * @param tier where the store keeps them
     * @return new settings
     */
    public AzureBlob tier(ObjectKind kind, AccessTier tier) {
        Map<ObjectKind, AccessTier> tiers = new EnumMap<>(ObjectKind.class);
        tiers.putAll(uploads.tiers());
        tiers.put(kind, tier);
        return with(new Uploads(Map.copyOf(tiers), uploads.locksHonoured()), listener);
    }

    /**
     * Declares that the container has version-level immutability, so that objects may be locked or held. Without it they are refused,
     * with it the store is asked after each locked object whether it is really locked.
     *
     * @return new settings
     */
    public AzureBlob immutableContainer() {
        return with(new Uploads(uploads.tiers(), true), listener);
    }

    /**
     * Who hears of short-lived credentials and their expiry.
     *
     * @param hearer called by many threads
     * @return new settings
     */
    public AzureBlob listener(CredentialListener hearer) {
        return with(uploads, hearer);
    }

    private AzureBlob with(ServiceSettings wanted) {
        return new AzureBlob(authentication, sharedAccessLifetime, wanted, new Outfit(uploads, listener));
    }

    private AzureBlob with(Uploads wanted, CredentialListener hearer) {
        return new AzureBlob(authentication, sharedAccessLifetime, service, new Outfit(wanted, hearer));
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    Authentication authentication() {
        return authentication;
    }

    Optional<Duration> sharedAccessLifetime() {
        return sharedAccessLifetime;
    }

    ServiceSettings service() {
        return service;
    }

    Uploads uploads() {
        return uploads;
    }

    CredentialListener listener() {
        return listener;
    }

    /** The settings, without secrets. */
    @Override
    public String toString() {
        return "AzureBlob[" + authentication.method()
                + sharedAccessLifetime
                        .map(lifetime -> ", signing for " + lifetime)
                        .orElse("") + "]";
    }
}
