package io.pgbackup;

import java.nio.file.Path;
import java.util.Objects;

/**
 * What opens a repository: a passphrase or a raw key. Either opens a key slot, which holds the repository's master key; so it can be
 * exchanged without touching the data. Immutable, holds only the source.
 */
public final class EncryptionKey {
    /** How the secret becomes a key. */
    public enum Kind {
        /** Words chosen by a person, stretched by Argon2id. */
        PASSPHRASE,
        /** 32 random bytes, or 64 hexadecimal digits. */
        RAW
    }

    private final Kind kind;
    private final SecretSource source;

    private EncryptionKey(Kind kind, SecretSource source) {
        this.kind = kind;
        this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * A passphrase; stretched by Argon2id, so it costs some 100 ms and 64 MiB at each opening.
     *
     * @param source of a passphrase that is not empty
     * @return the key
     */
    public static EncryptionKey fromPassphrase(SecretSource source) {
        return new EncryptionKey(Kind.PASSPHRASE, source);
    }

    /**
     * A raw key. A {@linkplain SecretSource#file file} is read as {@link SecretSource#keyFile} does: 32 bytes are a key whatever they end with.
     *
     * @param source of 32 random bytes, or of 64 hexadecimal digits
     * @return the key
     */
    public static EncryptionKey fromKey(SecretSource source) {
        return new EncryptionKey(Kind.RAW, source instanceof FileSecretSource file ? file.asKey() : source);
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
     * How the secret becomes a key.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The source of the secret.
     *
     * @return asked whenever the repository is opened
     */
    public SecretSource source() {
        return source;
    }

    @Override
    public String toString() {
        return "EncryptionKey[" + kind + "]";
    }
}
