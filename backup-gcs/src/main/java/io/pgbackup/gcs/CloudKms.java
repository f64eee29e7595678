package io.pgbackup.gcs;

import com.google.api.client.json.GenericJson;
import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.net.URI;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A symmetric key of Google Cloud KMS, by which repositories in whatever store are opened:
 *
 * <pre>{@code
 * .encryptedWith(EncryptionKey.wrappedBy(
 *         CloudKms.key("projects/acme/locations/europe-west3/keyRings/backup/cryptoKeys/main", Gcs.metadataServer())))
 * }</pre>
 *
 * <p>The identity needs {@code cloudkms.cryptoKeyVersions.useToDecrypt} to open repositories and {@code …useToEncrypt} to make slots, no more. Repository,
 * generation and slot are the associated data; checksums go along both ways. New slots are wrapped by the primary version, and the others go on opening what
 * they wrapped as long as they are enabled. Immutable, safe for use by many threads.
 */
public final class CloudKms implements KeyWrapper {
    static final String SERVICE = "google-cloud-kms";

    private static final Pattern KEY = Pattern.compile(
            "projects/[A-Za-z0-9.:_-]+/locations/[A-Za-z0-9-]+/keyRings/[A-Za-z0-9_-]+" + "/cryptoKeys/[A-Za-z0-9_-]+");
    private static final URI GOOGLE = URI.create("https://cloudkms.googleapis.com");

    private final String key;
    private final Gcs settings;
    private final CloudKmsRequests requests;

    private CloudKms(String key, Gcs settings, URI endpoint) {
        this.key = key;
        this.settings = settings;
        this.requests = CloudKmsRequests.of(settings, endpoint, InstantSource.system());
    }

    /**
     * A key.
     *
     * @param key {@code projects/P/locations/L/keyRings/R/cryptoKeys/K}, without a version
     * @param settings way to authenticate, proxy, timeouts, and authorities that are trusted besides Java's; the endpoint of a store in it is not used
     * @return the key; no request is sent
     * @throws IllegalArgumentException if it has another form, or the settings are anonymous
     */
    public static CloudKms key(String key, Gcs settings) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "'" + key + "' does not have the form projects/P/locations/L/keyRings/R/cryptoKeys/K");
        }
        if (settings.authentication() instanceof Authentication.Anonymous) {
            throw new IllegalArgumentException(
                    "a key management service wants to know who asks: anonymous() will not do");
        }
        return new CloudKms(key, settings, GOOGLE);
    }

    /**
     * With another endpoint than {@code https://cloudkms.googleapis.com}: a private or regional one.
     *
     * @param https base URL, without a path
     * @return a new value
     * @throws IllegalArgumentException if it is no such URL
     */
    public CloudKms endpoint(URI https) {
        return new CloudKms(key, settings, settings.endpoint(https).connection().endpoint());
    }

    /** For tests: a server without TLS, to which tokens are sent readable. */
    CloudKms plainHttpEndpoint(URI http) {
        return new CloudKms(
                key, settings, settings.plainHttpEndpoint(http).connection().endpoint());
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public WrappedKey wrap(Secret secret, KeyBinding binding) throws KeyServiceException {
        CloudKmsErrors errors = new CloudKmsErrors("encrypt", key);
        CloudKmsBody body = secret.use(bytes -> new CloudKmsBody()
                .bytes("plaintext", bytes)
                .bytes("additionalAuthenticatedData", binding.associatedData()));
        GenericJson answer = body.send(requests, key, errors)
                .orElseThrow(() -> errors.strange("it says that there is nothing to decrypt"));
        errors.requireVerified(answer, "verifiedPlaintextCrc32c");
        errors.requireVerified(answer, "verifiedAdditionalAuthenticatedDataCrc32c");
        return WrappedKey.of(errors.text(answer, "name"), errors.bytes(answer, "ciphertext"));
    }

    @Override
    public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
        if (!wrapped.wrappedBy().startsWith(key + "/cryptoKeyVersions/")) {
            return Optional.empty();
        }
        CloudKmsErrors errors = new CloudKmsErrors("decrypt", key);
        Optional<GenericJson> answer = new CloudKmsBody()
                .bytes("ciphertext", wrapped.bytes())
                .bytes("additionalAuthenticatedData", binding.associatedData())
                .send(requests, key, errors);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        byte[] plain = errors.bytes(answer.get(), "plaintext");
        Secret secret = Secret.of(plain);
        Arrays.fill(plain, (byte) 0);
        return Optional.of(secret);
    }

    /** Key and way to authenticate, without secrets. */
    @Override
    public String toString() {
        return "CloudKms[" + key + ", " + settings.authentication() + "]";
    }
}
