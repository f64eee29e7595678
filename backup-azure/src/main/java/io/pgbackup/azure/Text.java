package io.pgbackup.azure;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.nio.charset.StandardCharsets;

/** Secrets as the SDK wants them. It keeps strings, so nothing can be wiped there; ours is closed at once. */
final class Text {
    private Text() {}

    /** The secret as it is now. */
    static String of(SecretSource source) {
        try (Secret secret = source.obtain()) {
            return secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .strip();
        } catch (RuntimeException e) {
            throw new CredentialException("the secret cannot be had from " + source + ": " + e.getMessage(), e);
        }
    }
}
