package io.pgbackup.core.repository.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.KeyWrapper;
import java.util.Optional;

/** A key whose source was asked: the secret, if there is one, lives until this is closed. For one thread. */
public final class ObtainedKey implements AutoCloseable {
    private final String description;
    private final SlotCredential credential;
    private final Optional<Secret> secret;

    private ObtainedKey(String description, SlotCredential credential, Optional<Secret> secret) {
        this.description = description;
        this.credential = credential;
        this.secret = secret;
    }

    /**
     * Asks the source of a key. A service that keeps its keys is not asked yet.
     *
     * @param repository name of the repository, for messages
     * @param key whose source is asked
     * @return to be closed
     * @throws ConfigurationException with {@link ErrorCode#SECRET_UNAVAILABLE} if the source gives none
     */
    static ObtainedKey of(String repository, EncryptionKey key) {
        if (key.wrapper().isPresent()) {
            KeyWrapper wrapper = key.wrapper().get();
            return new ObtainedKey(
                    wrapper.service() + " key " + wrapper.key(),
                    new SlotCredential.Service(wrapper, repository),
                    Optional.empty());
        }
        boolean passphrase = key.kind() == EncryptionKey.Kind.PASSPHRASE;
        String description = passphrase ? "passphrase" : "raw key";
        Secret secret = obtain(repository, description, key.source().orElseThrow());
        return new ObtainedKey(
                description,
                passphrase ? new SlotCredential.Passphrase(secret) : new SlotCredential.RawKey(secret),
                Optional.of(secret));
    }

    private static Secret obtain(String repository, String description, SecretSource source) {
        try {
            return source.obtain();
        } catch (PgBackupException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    ErrorCode.SECRET_UNAVAILABLE,
                    "the " + description + " of repository " + repository + " cannot be had: " + e.getMessage(),
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
        return credential;
    }

    /** The key in words. */
    String description() {
        return description;
    }

    @Override
    public void close() {
        secret.ifPresent(Secret::close);
    }
}
