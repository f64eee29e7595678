package io.pgbackup.gcs;

import com.google.api.client.http.HttpHeaders;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Sends a customer's key along with a request. */
final class CustomerKey {
    private static final int KEY_BYTES = 32;

    private CustomerKey() {}

    static void send(SecretSource source, HttpHeaders headers) throws CredentialsException {
        try (Secret secret = source.obtain()) {
            secret.use(key -> {
                if (key.length != KEY_BYTES) {
                    throw new IllegalArgumentException("it has " + key.length + " bytes, not " + KEY_BYTES);
                }
                headers.set("x-goog-encryption-algorithm", "AES256");
                headers.set("x-goog-encryption-key", Base64.getEncoder().encodeToString(key));
                headers.set("x-goog-encryption-key-sha256", Base64.getEncoder().encodeToString(sha256(key)));
                return headers;
            });
        } catch (RuntimeException e) {
            throw CredentialsException.lasting("no customer's key of " + source + ": " + e.getMessage(), e);
        }
    }

    private static byte[] sha256(byte[] key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
