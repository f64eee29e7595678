package io.pgbackup.sftp;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.SSHAgentConnector;
import com.jcraft.jsch.Session;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.StorageDeniedException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Hands the credentials of a login to the library, for one connection. Copies of secrets are wiped as far as the library lets go of them. */
final class Credentials {
    private Credentials() {}

    static void give(Login login, JSch ssh, Session session) throws StorageDeniedException {
        try {
            session.setConfig("PreferredAuthentications", login.methods());
            if (login instanceof Login.PrivateKey key) {
                addKey(key, ssh);
            } else if (login instanceof Login.Password password) {
                withSecret(Optional.of(password.password()), bytes -> session.setPassword(bytes));
            } else {
                session.setIdentityRepository(new AgentIdentityRepository(new SSHAgentConnector()));
            }
        } catch (JSchException | AgentProxyException | IOException e) {
            throw StorageDeniedException.at(FailedStep.CREDENTIALS, "cannot use the credentials: " + e.getMessage(), e);
        }
    }

    private static void addKey(Login.PrivateKey login, JSch ssh)
            throws StorageDeniedException, IOException, JSchException {
        byte @Nullable [] publicKey = login.publicKey().isPresent()
                ? Files.readAllBytes(login.publicKey().get())
                : null;
        withSecret(
                Optional.of(login.key()),
                key -> withSecret(login.passphrase(), passphrase -> addKey(ssh, key, publicKey, passphrase)));
    }

    private static void addKey(JSch ssh, byte[] key, byte @Nullable [] publicKey, byte[] passphrase)
            throws JSchException, StorageDeniedException {
        KeyPair pair;
        try {
            pair = KeyPair.load(ssh, key.clone(), publicKey);
        } catch (JSchException e) {
            throw StorageDeniedException.at(
                    FailedStep.CREDENTIALS,
                    "the private key cannot be read (" + e.getMessage() + "); is it the private one, of OpenSSH or PEM"
                            + " format?",
                    e);
        }
        try {
            if (pair.isEncrypted() && !pair.decrypt(passphrase.clone())) {
                throw StorageDeniedException.at(
                        FailedStep.CREDENTIALS,
                        passphrase.length == 0
                                ? "the private key is encrypted and no passphrase was given"
                                : "the passphrase does not fit the private key",
                        null);
            }
        } finally {
            pair.dispose();
        }
        ssh.addIdentity("key", key.clone(), publicKey, passphrase.length == 0 ? null : passphrase.clone());
    }

    /** Uses a secret. */
    @FunctionalInterface
    private interface Use {
        void with(byte[] bytes) throws JSchException, StorageDeniedException, IOException;
    }

    /** Lends a copy of the secret, or nothing, and wipes it. */
    private static void withSecret(Optional<SecretSource> source, Use use)
            throws JSchException, StorageDeniedException, IOException {
        byte[] copy = source.isPresent() ? copy(source.get()) : new byte[0];
        try {
            use.with(copy);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    private static byte[] copy(SecretSource source) throws StorageDeniedException {
        try (Secret secret = source.obtain()) {
            return secret.use(byte[]::clone);
        } catch (RuntimeException e) {
            throw StorageDeniedException.at(
                    FailedStep.CREDENTIALS, "cannot obtain a secret for the login: " + e.getMessage(), e);
        }
    }
}
