package io.pgbackup.sftp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The key that a server showed.
 *
 * @param type of the key, for example {@code ssh-ed25519}
 * @param fingerprint as OpenSSH prints it
 * @param base64 the whole public key
 */
record OfferedKey(String type, String fingerprint, String base64) {
    static OfferedKey of(byte[] key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
            ByteBuffer buffer = ByteBuffer.wrap(key);
            int length = Math.max(0, Math.min(buffer.getInt(), buffer.remaining()));
            String type = StandardCharsets.US_ASCII
                    .decode(buffer.slice(buffer.position(), length))
                    .toString();
            return new OfferedKey(
                    type, "SHA256:" + base64(digest), Base64.getEncoder().encodeToString(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Base64 without padding, as fingerprints are written. */
    static String base64(byte[] digest) {
        return Base64.getEncoder().withoutPadding().encodeToString(digest);
    }

    @Override
    public String toString() {
        return type + " " + fingerprint;
    }
}
