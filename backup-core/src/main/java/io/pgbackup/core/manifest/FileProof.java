package io.pgbackup.core.manifest;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * What a restored file must agree with. For a paged file the digest covers its length and the fingerprint of every page, so it is the same
 * in a full backup, an incremental one and a copy; for any other file it is the SHA-256 of the content.
 *
 * @param paged which of the two
 * @param digest 32 bytes; not to be changed
 * @param crc32c CRC-32C of the content, for PostgreSQL's own manifest; empty if the file was not read whole
 */
public record FileProof(boolean paged, byte[] digest, OptionalInt crc32c) {
    /** Length of the digest in bytes. */
    public static final int DIGEST_LENGTH = 32;

    /**
     * A proof with a checksum.
     *
     * @param paged which of the two
     * @param digest 32 bytes; not to be changed
     * @param crc32c CRC-32C of the content
     */
    public FileProof(boolean paged, byte[] digest, int crc32c) {
        this(paged, digest, OptionalInt.of(crc32c));
    }

    /**
     * The digest of a paged file.
     *
     * @param size of the file in bytes
     * @param fingerprints of all its pages
     * @return 32 bytes
     */
    public static byte[] digestOfPages(long size, long[] fingerprints) {
        MessageDigest sha = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(8 * 1024);
        buffer.putLong(size);
        for (long fingerprint : fingerprints) {
            if (buffer.remaining() < Long.BYTES) {
                sha.update(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            buffer.putLong(fingerprint);
        }
        sha.update(buffer.array(), 0, buffer.position());
        return sha.digest();
    }

    /**
     * The digest used for files that are not paged.
     *
     * @return a new SHA-256
     */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileProof proof
                && proof.paged == paged
                && proof.crc32c.equals(crc32c)
                && Arrays.equals(proof.digest, digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return "FileProof[" + (paged ? "pages" : "content") + "]";
    }
}
