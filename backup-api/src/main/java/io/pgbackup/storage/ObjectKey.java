package io.pgbackup.storage;

import java.util.Objects;

/**
 * Name of an object: one or more segments joined by {@code /}, for example {@code billing/backup/20261121-080000F}. Cannot hold an
 * empty segment, {@code .} or {@code ..}, a backslash, a control character or an unpaired surrogate; at most {@value #MAX_LENGTH}
 * characters. Ordered by Unicode code points.
 */
public final class ObjectKey implements Comparable<ObjectKey> {
    /** Longest key, in UTF-16 characters. */
    public static final int MAX_LENGTH = 800;

    private final String value;

    private ObjectKey(String value) {
        this.value = value;
    }

    /**
     * Parses a key; the inverse of {@link #toString()}.
     *
     * @param value segments joined by {@code /}
     * @return the key
     * @throws IllegalArgumentException if the value is not a key, naming the reason
     */
    public static ObjectKey of(String value) {
        return new ObjectKey(KeySyntax.requireValid(value));
    }

    /**
     * The prefix that holds this object.
     *
     * @return all segments but the last
     */
    public ObjectPrefix parent() {
        int slash = value.lastIndexOf('/');
        return slash < 0 ? ObjectPrefix.root() : ObjectPrefix.of(value.substring(0, slash));
    }

    /**
     * The last segment.
     *
     * @return a name without {@code /}
     */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return KeySyntax.compare(value, other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key && key.value.equals(value);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(value);
    }

    /** The key as {@link #of(String)} reads it. */
    @Override
    public String toString() {
        return value;
    }
}
