package io.pgbackup.azure;

import java.time.Instant;

/**
 * Hears when short-lived credentials are obtained and when that fails, so that an application can show their expiry. Called by the
 * thread that needs the credential, which waits; exceptions are logged and ignored.
 */
public interface CredentialListener {
    /** Hears nothing. */
    CredentialListener NONE = new CredentialListener() {
        @Override
        public void obtained(String credential, Instant expiry) {}

        @Override
        public void failed(String credential, String reason) {}
    };

    /**
     * A credential was obtained or renewed.
     *
     * @param credential what it is and for which store, without a secret
     * @param expiry when it becomes useless
     */
    void obtained(String credential, Instant expiry);

    /**
     * A credential could not be obtained or renewed. Not fatal while the one before it lives.
     *
     * @param credential what it is and for which store
     * @param reason why, without a secret
     */
    void failed(String credential, String reason);
}
