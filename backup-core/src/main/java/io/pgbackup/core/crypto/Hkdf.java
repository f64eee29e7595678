package io.pgbackup.core.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869): extract, then expand. Stateless. */
final class Hkdf {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int HASH_LENGTH = 32;
    private static final int MAXIMUM_LENGTH = 255 * HASH_LENGTH;

    private Hkdf() {}

    /**
     * Derives key material.
     *
     * @param inputKey secret input, at least one byte
     * @param salt not secret; may be empty
     * @param info what the key is for
     * @param length bytes wanted, 1…8160
     * @return the derived bytes; the caller wipes them
     */
    static byte[] derive(byte[] inputKey, byte[] salt, byte[] info, int length) {
        byte[] pseudoRandomKey =
                mac(salt.length == 0 ? new byte[HASH_LENGTH] : salt).doFinal(inputKey);
        try {
            return expand(pseudoRandomKey, info, length);
        } finally {
            Arrays.fill(pseudoRandomKey, (byte) 0);
        }
    }

    private static byte[] expand(byte[] pseudoRandomKey, byte[] info, int length) {
        if (length < 1 || length > MAXIMUM_LENGTH) {
            throw new IllegalArgumentException("HKDF yields 1 to " + MAXIMUM_LENGTH + " bytes, not " + length);
        }
        Mac mac = mac(pseudoRandomKey);
        byte[] result = new byte[length];
        byte[] block = new byte[0];
        int filled = 0;
        for (int counter = 1; filled < length; counter++) {
            mac.update(block);
            mac.update(info);
            mac.update((byte) counter);
            Arrays.fill(block, (byte) 0);
            block = mac.doFinal();
            int taken = Math.min(block.length, length - filled);
            System.arraycopy(block, 0, result, filled, taken);
            filled += taken;
        }
        Arrays.fill(block, (byte) 0);
        return result;
    }

    /** An HMAC-SHA256 ready for input. */
    static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + ALGORITHM, e);
        }
    }
}
