package io.pgbackup.core.crypto;

import javax.crypto.Mac;

/**
 * A keyed digest (HMAC-SHA256) of an object's plaintext, the same for the same content in one repository and key generation: it tells
 * whether a repeated push carries what is already stored, and tells somebody without the key nothing. For one content and one thread.
 */
public final class ContentDigest {
    /** Length of the digest in bytes. */
    public static final int LENGTH = 32;

    private final Mac mac;

    ContentDigest(byte[] key) {
        mac = Hkdf.mac(key);
    }

    /**
     * Takes content in.
     *
     * @param bytes source array
     * @param offset first byte
     * @param length number of bytes
     */
    public void update(byte[] bytes, int offset, int length) {
        mac.update(bytes, offset, length);
    }

    /**
     * Ends the content.
     *
     * @return {@value #LENGTH} bytes; the digest is ready for a new content
     */
    public byte[] finish() {
        return mac.doFinal();
    }
}
