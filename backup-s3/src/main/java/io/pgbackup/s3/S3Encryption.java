package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import java.util.Objects;
import java.util.Optional;

/**
 * Encryption done by the store, on top of the engine's own. Immutable.
 *
 * @see S3#encryptedByStore(S3Encryption)
 */
public final class S3Encryption {
    private final Kind kind;
    private final Optional<String> keyId;
    private final Optional<SecretSource> customerKey;

    private S3Encryption(Kind kind, Optional<String> keyId, Optional<SecretSource> customerKey) {
        this.kind = kind;
        this.keyId = keyId;
        this.customerKey = customerKey;
    }

    enum Kind {
        S3_MANAGED,
        KMS,
        CUSTOMER_KEY
    }

    /**
     * With keys that the store manages (SSE-S3, {@code AES256}).
     *
     * @return the encryption
     */
    public static S3Encryption managedByStore() {
        return new S3Encryption(Kind.S3_MANAGED, Optional.empty(), Optional.empty());
    }

    /**
     * With the account's own default key of the key management service (SSE-KMS, {@code aws:kms}).
     *
     * @return the encryption
     */
    public static S3Encryption kms() {
        return new S3Encryption(Kind.KMS, Optional.empty(), Optional.empty());
    }

    /**
     * With a key of the key management service (SSE-KMS, {@code aws:kms}).
     *
     * @param keyId id, ARN or alias of the key
     * @return the encryption
     */
    public static S3Encryption kms(String keyId) {
        return new S3Encryption(Kind.KMS, Optional.of(keyId), Optional.empty());
    }

    /**
     * With a key that is sent along with every request and that the store forgets (SSE-C). Whoever loses it loses the repository; without
     * TLS it is refused.
     *
     * @param key source of 32 bytes
     * @return the encryption
     */
    public static S3Encryption customerKey(SecretSource key) {
        return new S3Encryption(Kind.CUSTOMER_KEY, Optional.empty(), Optional.of(Objects.requireNonNull(key, "key")));
    }

    Kind kind() {
        return kind;
    }

    Optional<String> keyId() {
        return keyId;
    }

    Optional<SecretSource> customerKey() {
        return customerKey;
    }

    @Override
    public String toString() {
        return "S3Encryption[" + kind + keyId.map(id -> ", " + id).orElse("") + "]";
    }
}
