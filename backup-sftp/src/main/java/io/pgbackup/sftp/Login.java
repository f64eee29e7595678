package io.pgbackup.sftp;

import io.pgbackup.SecretSource;
import java.nio.file.Path;
import java.util.Optional;

/** How one proves to a server who one is. Holds sources of secrets, asked for each connection. */
sealed interface Login {
    /** The authentication methods to try, in the protocol's words. */
    String methods();

    /**
     * A private key.
     *
     * @param key as OpenSSH writes it, or PEM
     * @param passphrase empty if the key is not encrypted
     * @param publicKey only needed for what the private key does not tell, such as a certificate
     */
    record PrivateKey(SecretSource key, Optional<SecretSource> passphrase, Optional<Path> publicKey) implements Login {
        @Override
        public String methods() {
            return "publickey";
        }
    }

    /**
     * A password.
     *
     * @param password of the account
     */
    record Password(SecretSource password) implements Login {
        @Override
        public String methods() {
            return "password,keyboard-interactive";
        }
    }

    /** The keys of the agent that SSH_AUTH_SOCK names. */
    record Agent() implements Login {
        @Override
        public String methods() {
            return "publickey";
        }
    }
}
