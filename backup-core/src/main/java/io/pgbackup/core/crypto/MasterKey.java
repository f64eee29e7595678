package io.pgbackup.core.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a repository's master key. Prints redacted, has no {@code equals}, and its bytes never leave this package.
 * {@link #close()} wipes it. Safe for use by one thread at a time.
 */
public final class MasterKey implements AutoCloseable {
    /** Length of the key in bytes. */
    public static final int LENGTH = 32;

    private final int generation;
    private byte @Nullable [] bytes;

    private MasterKey(int generation, byte[] bytes) {
        if (generation < 1) {
            throw new IllegalArgumentException("generations of a master key begin at 1, not " + generation);
        }
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a master key has " + LENGTH + " bytes, not " + bytes.length);
        }
        this.generation = generation;
        this.bytes = bytes;
    }

    /**
     * A new key.
     *
     * @param generation 1 for the first of a repository
     * @param random source of its bytes
     * @return the key
     */
    public static MasterKey generate(int generation, SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new MasterKey(generation, bytes);
    }

    /**
     * A key of known bytes; the array is copied, the caller wipes its own.
     *
     * @param generation at least 1
     * @param bytes exactly {@value #LENGTH}
     * @return the key
     */
    public static MasterKey of(int generation, byte[] bytes) {
        return new MasterKey(generation, bytes.clone());
    }

    /**
     * Which generation this is.
     *
     * @return at least 1
     */
    public int generation() {
        return generation;
    }

    /** The key's own array: not to be kept or changed. */
    byte[] bytes() {
        if (bytes == null) {
            throw new IllegalStateException("this master key is closed");
        }
        return bytes;
    }

    MasterKey copy() {
        return of(generation, bytes());
    }

    /** Wipes the bytes. Idempotent. */
    @Override
    public void close() {
        if (bytes != null) {
            Arrays.fill(bytes, (byte) 0);
            bytes = null;
        }
    }

    @Override
    public String toString() {
        return "MasterKey[generation " + generation + ", redacted]";
    }
}
