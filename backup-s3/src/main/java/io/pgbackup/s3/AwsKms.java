package io.pgbackup.s3;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.net.URI;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * A symmetric key of AWS KMS, by which repositories in whatever store are opened:
 *
 * <pre>{@code
 * .encryptedWith(EncryptionKey.wrappedBy(AwsKms.key("alias/backup", S3.ambient().region("eu-central-1"))))
 * }</pre>
 *
 * <p>The identity needs {@code kms:Decrypt} to open repositories and {@code kms:Encrypt} to make slots, no more. Repository, generation and slot are the
 * encryption context. A key that KMS rotates by itself goes on opening what it wrapped; an alias that was given to another key does not. Immutable, safe
 * for use by many threads.
 */
public final class AwsKms implements KeyWrapper {
    static final String SERVICE = "aws-kms";

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9:/_-]{1,2048}");
    private static final Pattern ARN = Pattern.compile("arn:[a-z-]+:kms:([a-z0-9-]+):.*");

    private final String key;
    private final S3 settings;
    private final Optional<URI> endpoint;
    private final KmsRequests requests;

    private AwsKms(String key, S3 settings, Optional<URI> endpoint, InstantSource clock) {
        this.key = key;
        this.settings = settings;
        this.endpoint = endpoint;
        this.requests = new KmsRequests(settings.credentials(), settings.connection(), endpoint, clock);
    }

    /**
     * A key.
     *
     * @param key its id, its ARN, {@code alias/name}, or the ARN of an alias
     * @param settings method of authentication, region (unless an ARN names it, or the environment does for the methods that read it), proxy, authority and
     *     timeout; the endpoint of a store in it is not used
     * @return the key; no request is sent
     * @throws IllegalArgumentException if it is no such name, the region is not known, or the method signs nothing
     */
    public static AwsKms key(String key, S3 settings) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("'" + key + "' is no id, ARN or alias of a key");
        }
        if (settings.credentials() instanceof S3Credentials.Anonymous) {
            throw new IllegalArgumentException(
                    "requests to a key management service are signed: anonymous() will not do");
        }
        Matcher arn = ARN.matcher(key);
        Optional<String> named = arn.matches() ? Optional.of(arn.group(1)) : Optional.empty();
        Optional<String> set = settings.connection().region();
        if (named.isPresent() && set.isPresent() && !named.equals(set)) {
            throw new IllegalArgumentException(
                    "the key is in region " + named.get() + ", the settings say " + set.get());
        }
        if (named.isEmpty() && set.isEmpty() && !settings.credentials().ambient()) {
            throw new IllegalArgumentException("the region is not known; use region(name) or the ARN of the key");
        }
        S3 complete = named.map(settings::region).orElse(settings);
        return new AwsKms(key, complete, Optional.empty(), InstantSource.system());
    }

    /**
     * Another endpoint than Amazon's in the region: one within a private network, or FIPS.
     *
     * @param uri {@code https://host}; {@code http} only if the settings say {@code allowPlainHttp()}
     * @return a new value
     */
    public AwsKms endpoint(URI uri) {
        if (S3Store.isPlain(uri) && !settings.connection().plainHttp()) {
            throw new IllegalArgumentException("the endpoint is without TLS; if that is meant, use allowPlainHttp()");
        }
        return new AwsKms(key, settings, Optional.of(uri), InstantSource.system());
    }

    /** For tests: at another time. */
    AwsKms at(InstantSource clock) {
        return new AwsKms(key, settings, endpoint, clock);
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
        String body = secret.use(bytes -> body("Plaintext", bytes, binding));
        JsonNode answer = requests.send("Encrypt", key, body)
                .orElseThrow(() -> KmsErrors.fault("Encrypt", key, "it says that there is nothing to decrypt"));
        return WrappedKey.of(KmsRequests.text(answer, "KeyId"), KmsRequests.bytes(answer, "CiphertextBlob"));
    }

    /** Names the key that was configured, never the one of the slot: whoever writes in the store could name their own. */
    @Override
    public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
        Optional<JsonNode> answer = requests.send("Decrypt", key, body("CiphertextBlob", wrapped.bytes(), binding));
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        byte[] plain = KmsRequests.bytes(answer.get(), "Plaintext");
        Secret secret = Secret.of(plain);
        Arrays.fill(plain, (byte) 0);
        return Optional.of(secret);
    }

    /** No character of the parts needs to be escaped: their forms were checked. */
    private String body(String name, byte[] bytes, KeyBinding binding) {
        StringBuilder context = new StringBuilder();
        binding.context()
                .forEach((key, value) -> context.append(context.isEmpty() ? "" : ",")
                        .append('"')
                        .append(key)
                        .append("\":\"")
                        .append(value)
                        .append('"'));
        return "{\"KeyId\":\"" + key + "\",\"" + name + "\":\""
                + Base64.getEncoder().encodeToString(bytes) + "\",\"EncryptionContext\":{" + context + "}}";
    }

    /** Key and method of authentication, without any secret. */
    @Override
    public String toString() {
        return "AwsKms[" + key + ", by " + settings.credentials().describe()
                + endpoint.map(uri -> ", at " + uri).orElse("") + "]";
    }
}
