package io.pgbackup.keys;

import java.nio.charset.StandardCharsets;

/** What a key management service made of a key, as a slot stores it. Immutable. Not secret: only the service can undo it. */
public final class WrappedKey {
    /** Most bytes that a service may make of a key. */
    public static final int MOST_BYTES = 8192;

    private static final int LONGEST_NAME = 1024;

    private final String wrappedBy;
    private final byte[] bytes;

    private WrappedKey(String wrappedBy, byte[] bytes) {
        this.wrappedBy = wrappedBy;
        this.bytes = bytes;
    }

    /**
     * A wrapped key.
     *
     * @param wrappedBy the service's full name of the key that wrapped it, with its version if keys of the service have versions: at most 1024 bytes of UTF-8
     * @param bytes 1…{@value #MOST_BYTES}; copied
     * @return the wrapped key
     */
    public static WrappedKey of(String wrappedBy, byte[] bytes) {
        if (wrappedBy.isEmpty() || wrappedBy.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new IllegalArgumentException("a key's name of " + wrappedBy.length() + " characters");
        }
        if (bytes.length == 0 || bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("a wrapped key has 1 to " + MOST_BYTES + " bytes, not " + bytes.length);
        }
        return new WrappedKey(wrappedBy, bytes.clone());
    }

    /**
     * Which key wrapped it, as the service names it. Whoever can write in the store can change it: it may help to choose, but never decides whom to ask.
     *
     * @return not empty
     */
    public String wrappedBy() {
        return wrappedBy;
    }

    /**
     * The wrapped key.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "WrappedKey[" + wrappedBy + "]";
    }
}
