package io.pgbackup;

import io.pgbackup.keys.KeyWrapper;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What opens a repository: a passphrase, a raw key, or a key of a key management service. Each opens a key slot, which holds the repository's master key; so it
 * can be exchanged without touching the data. Immutable, holds only the source.
 */
public final class EncryptionKey {
    /** How the secret becomes a key. */
    public enum Kind {
        /** Words chosen by a person, stretched by Argon2id. */
        PASSPHRASE,
        /** 32 random bytes, or 64 hexadecimal digits. */
        RAW,
        /** A key that a key management service keeps: it unwraps what opens the slot. */
        SERVICE
    }

    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z0-9-]{1,32}");

    private final Kind kind;
    private final Optional<SecretSource> source;
    private final Optional<KeyWrapper> wrapper;

    private EncryptionKey(Kind kind, Optional<SecretSource> source, Optional<KeyWrapper> wrapper) {
        this.kind = kind;
        this.source = source;
        this.wrapper = wrapper;
    }

    private static EncryptionKey from(Kind kind, SecretSource source) {
        return new EncryptionKey(kind, Optional.of(Objects.requireNonNull(source, "source")), Optional.empty());
    }

    /**
     * A passphrase; stretched by Argon2id, so it costs some 100 ms and 64 MiB at each opening.
     *
     * @param source of a passphrase that is not empty
     * @return the key
     */
    public static EncryptionKey fromPassphrase(SecretSource source) {
        return from(Kind.PASSPHRASE, source);
    }

    /**
     * A raw key. A {@linkplain SecretSource#file file} is read as {@link SecretSource#keyFile} does: 32 bytes are a key whatever they end with.
     *
     * @param source of 32 random bytes, or of 64 hexadecimal digits
     * @return the key
     */
    public static EncryptionKey fromKey(SecretSource source) {
        return from(Kind.RAW, source instanceof FileSecretSource file ? file.asKey() : source);
    }

    /**
     * A raw key in a file.
     *
     * @param file holding 32 random bytes, or 64 hexadecimal digits
     * @return the key
     */
    public static EncryptionKey fromKeyFile(Path file) {
        return fromKey(SecretSource.keyFile(file));
    }

    /**
     * A key of a key management service. The service is asked whenever the repository is opened, so it must be reachable then; whoever may use the key there can
     * open the repository.
     *
     * @param wrapper the service's key, for example of an AWS KMS, an Azure Key Vault or a Google Cloud KMS
     * @return the key
     * @throws IllegalArgumentException if the wrapper has no sound name of its service
     */
    public static EncryptionKey wrappedBy(KeyWrapper wrapper) {
        if (!SERVICE_NAME.matcher(wrapper.service()).matches()) {
            throw new IllegalArgumentException("'" + wrapper.service()
                    + "' is no name of a key management service: 1 to 32" + " lower-case letters, digits and hyphens");
        }
        return new EncryptionKey(Kind.SERVICE, Optional.empty(), Optional.of(wrapper));
    }

    /**
     * How the secret becomes a key.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The source of the secret, asked whenever the repository is opened.
     *
     * @return empty if a service keeps the key
     */
    public Optional<SecretSource> source() {
        return source;
    }

    /**
     * The service's key.
     *
     * @return empty if there is a secret of our own
     */
    public Optional<KeyWrapper> wrapper() {
        return wrapper;
    }

    @Override
    public String toString() {
        return "EncryptionKey["
                + wrapper.map(service -> service.service() + " " + service.key())
                        .orElseGet(kind::toString) + "]";
    }
}
