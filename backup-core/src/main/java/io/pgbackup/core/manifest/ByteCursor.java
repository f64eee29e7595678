package io.pgbackup.core.manifest;

import java.util.Arrays;

/**
 * Reads what {@link ByteSink} wrote, never behind the end, and never allocating more than is left: content of a repository is input.
 * Not safe for use by many threads.
 */
public final class ByteCursor {
    private final byte[] bytes;
    private int position;

    /**
     * Begins at the first byte.
     *
     * @param bytes what to read; not copied
     */
    public ByteCursor(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads one byte.
     *
     * @return 0 to 255
     */
    public int octet() {
        require(1);
        return bytes[position++] & 0xFF;
    }

    /**
     * Reads a number of at most 63 bits.
     *
     * @return at least 0
     */
    public long number() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new MalformedContentException("a number does not end");
    }

    /**
     * Reads a number with a limit.
     *
     * @param limit the largest acceptable value
     * @param what is being read, for the message
     * @return 0 to {@code limit}
     */
    public int number(int limit, String what) {
        long value = number();
        if (value > limit) {
            throw new MalformedContentException(what + " is " + value + ", the most is " + limit);
        }
        return (int) value;
    }

    /**
     * Reads a number of things that follow, each at least one byte long.
     *
     * @param what is being counted, for the message
     * @return no more than there are bytes left
     */
    public int count(String what) {
        return number(remaining(), "the number of " + what);
    }

    /**
     * Reads eight bytes, highest first.
     *
     * @return any number
     */
    public long fixed() {
        require(8);
        long value = 0;
        for (int index = 0; index < 8; index++) {
            value = value << 8 | bytes[position++] & 0xFF;
        }
        return value;
    }

    /**
     * Reads bytes.
     *
     * @param length how many
     * @return a new array
     */
    public byte[] raw(int length) {
        require(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /**
     * Reads a length and as many bytes.
     *
     * @param what is being read, for the message
     * @return a new array
     */
    public byte[] counted(String what) {
        return raw(count("bytes of " + what));
    }

    /**
     * How much is left.
     *
     * @return number of bytes
     */
    public int remaining() {
        return bytes.length - position;
    }

    private void require(int length) {
        if (length < 0 || length > remaining()) {
            throw new MalformedContentException(length + " bytes are wanted, " + remaining() + " are left");
        }
    }
}
