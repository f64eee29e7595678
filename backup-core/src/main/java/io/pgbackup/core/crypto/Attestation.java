package io.pgbackup.core.crypto;

import io.pgbackup.Secret;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;

/**
 * Says that the holder of a key, which has nothing to do with those of the repository, made a statement (HMAC-SHA256 under a key derived for that). For one
 * thread.
 */
public final class Attestation {
    private static final int SHORTEST_KEY = 16;
    private static final int KEY_LENGTH = 32;
    private static final byte[] PURPOSE = "pgbackup verification".getBytes(StandardCharsets.US_ASCII);

    private final Mac mac;

    private Attestation(Mac mac) {
        this.mac = mac;
    }

    /**
     * With a key.
     *
     * @param key stays the caller's
     * @return knows the key until it is collected
     * @throws ConfigurationException if the key is too short to be one
     */
    public static Attestation with(Secret key) {
        return key.use(bytes -> {
            if (bytes.length < SHORTEST_KEY) {
                throw new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "an attestation key has at least " + SHORTEST_KEY + " bytes, not " + bytes.length,
                        "make one with: openssl rand -hex 32.");
            }
            byte[] derived = Hkdf.derive(bytes, new byte[0], PURPOSE, KEY_LENGTH);
            try {
                return new Attestation(Hkdf.mac(derived));
            } finally {
                Arrays.fill(derived, (byte) 0);
            }
        });
    }

    /**
     * Signs a statement.
     *
     * @param parts of it; no other division of the same bytes has the same signature
     * @return 32 bytes
     */
    public byte[] sign(List<byte[]> parts) {
        for (byte[] part : parts) {
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            mac.update(part);
        }
        return mac.doFinal();
    }

    /**
     * Whether the holder of the key made a statement.
     *
     * @param parts of it
     * @param signature any bytes
     * @return false for every signature but that of {@link #sign}
     */
    public boolean matches(List<byte[]> parts, byte[] signature) {
        return MessageDigest.isEqual(sign(parts), signature);
    }
}
