package io.pgbackup.storage;

/**
 * Bytes {@code [offset, offset + length)} of an object, or all of them. "All" is {@link #all()}, never a magic number.
 *
 * @param offset first byte, at least 0
 * @param length number of bytes, at least 0; {@link Long#MAX_VALUE} only in {@link #all()}
 */
public record ByteRange(long offset, long length) {
    private static final ByteRange ALL = new ByteRange(0, Long.MAX_VALUE);

    /** Checks that both numbers are not negative and that the end fits a {@code long}. */
    public ByteRange {
        if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("not a byte range: offset " + offset + ", length " + length);
        }
    }

    /**
     * The whole object.
     *
     * @return the range of every byte
     */
    public static ByteRange all() {
        return ALL;
    }

    /**
     * A part of an object.
     *
     * @param offset first byte, at least 0
     * @param length number of bytes, at least 0
     * @return the half-open range
     */
    public static ByteRange of(long offset, long length) {
        return new ByteRange(offset, length);
    }

    /**
     * Whether this is the whole object.
     *
     * @return true for {@link #all()}
     */
    public boolean isAll() {
        return equals(ALL);
    }

    /**
     * The number of bytes this range selects of an object.
     *
     * @param objectSize size of the object in bytes
     * @return the number of bytes
     * @throws IndexOutOfBoundsException if the range does not lie within the object
     */
    public long lengthWithin(long objectSize) {
        if (isAll()) {
            return objectSize;
        }
        if (offset + length > objectSize) {
            throw new IndexOutOfBoundsException(
                    "range " + offset + "+" + length + " does not lie within " + objectSize + " bytes");
        }
        return length;
    }
}
