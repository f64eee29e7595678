package io.pgbackup.core.repository.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Secret;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;

/** A key whose source was asked: the secret lives until this is closed. For one thread. */
public final class ObtainedKey implements AutoCloseable {
    private final EncryptionKey key;
    private final Secret secret;

    private ObtainedKey(EncryptionKey key, Secret secret) {
        this.key = key;
        this.secret = secret;
    }

    /**
     * Asks the source of a key.
     *
     * @param repository name of the repository, for messages
     * @param key whose source is asked
     * @return to be closed
     * @throws ConfigurationException with {@link ErrorCode#SECRET_UNAVAILABLE} if the source gives none
     */
    public static ObtainedKey of(String repository, EncryptionKey key) {
        try {
            return new ObtainedKey(key, key.source().obtain());
        } catch (PgBackupException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    ErrorCode.SECRET_UNAVAILABLE,
                    "the " + describe(key) + " of repository " + repository + " cannot be had: " + e.getMessage(),
                    "check the source of the secret; it is asked at each opening",
                    e);
        }
    }

    /**
     * What slots are opened with.
     *
     * @return valid until this is closed
     */
    public SlotCredential credential() {
        return key.kind() == EncryptionKey.Kind.PASSPHRASE
                ? new SlotCredential.Passphrase(secret)
                : new SlotCredential.RawKey(secret);
    }

    /** The kind of key in words. */
    String description() {
        return describe(key);
    }

    private static String describe(EncryptionKey key) {
        return key.kind() == EncryptionKey.Kind.PASSPHRASE ? "passphrase" : "raw key";
    }

    @Override
    public void close() {
        secret.close();
    }
}
