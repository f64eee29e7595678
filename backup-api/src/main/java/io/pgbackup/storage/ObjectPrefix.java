package io.pgbackup.storage;

/**
 * A place in the key space: zero or more whole segments. {@code billing} is a prefix of {@code billing/backup} but not of
 * {@code billing2}. Ordered by Unicode code points.
 */
public final class ObjectPrefix implements Comparable<ObjectPrefix> {
    private static final ObjectPrefix ROOT = new ObjectPrefix("");

    private final String value;

    private ObjectPrefix(String value) {
        this.value = value;
    }

    /**
     * The prefix of everything.
     *
     * @return the prefix without segments
     */
    public static ObjectPrefix root() {
        return ROOT;
    }

    /**
     * Parses a prefix without leading or trailing {@code /}; the inverse of {@link #toString()}.
     *
     * @param value segments joined by {@code /}; empty for the root
     * @return the prefix
     * @throws IllegalArgumentException if the value is not a prefix, naming the reason
     */
    public static ObjectPrefix of(String value) {
        return value.isEmpty() ? ROOT : new ObjectPrefix(KeySyntax.requireValid(value));
    }

    /**
     * An object below this prefix.
     *
     * @param relative one or more segments
     * @return the key
     */
    public ObjectKey key(String relative) {
        return ObjectKey.of(join(relative));
    }

    /**
     * A prefix below this one.
     *
     * @param relative one or more segments
     * @return the longer prefix
     */
    public ObjectPrefix resolve(String relative) {
        return of(join(relative));
    }

    /**
     * The last segment, empty for the root.
     *
     * @return a name without {@code /}
     */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /**
     * Whether an object lies below this prefix, at any depth.
     *
     * @param key any key
     * @return true if all segments of this prefix begin the key
     */
    public boolean contains(ObjectKey key) {
        return value.isEmpty() || key.toString().startsWith(value + "/");
    }

    private String join(String relative) {
        return value.isEmpty() ? relative : value + "/" + relative;
    }

    @Override
    public int compareTo(ObjectPrefix other) {
        return KeySyntax.compare(value, other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectPrefix prefix && prefix.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The prefix as {@link #of(String)} reads it. */
    @Override
    public String toString() {
        return value;
    }
}
