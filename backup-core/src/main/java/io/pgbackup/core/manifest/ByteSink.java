package io.pgbackup.core.manifest;

import java.util.Arrays;

/** Growing bytes with the few number forms the format knows. Not safe for use by many threads. */
public final class ByteSink {
    private byte[] bytes = new byte[1024];
    private int size;

    /** Makes an empty sink. */
    public ByteSink() {}

    /**
     * Appends one byte.
     *
     * @param value its low eight bits count
     */
    public void octet(int value) {
        require(1);
        bytes[size++] = (byte) value;
    }

    /**
     * Appends a number that is not negative: seven bits a byte, lowest first, the high bit says that more follow.
     *
     * @param value at least 0
     */
    public void number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("not a count: " + value);
        }
        require(9);
        long rest = value;
        while (rest > 0x7F) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /**
     * Appends eight bytes, highest first.
     *
     * @param value any number
     */
    public void fixed(long value) {
        require(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    /**
     * Appends bytes.
     *
     * @param data the bytes
     */
    public void raw(byte[] data) {
        raw(data, 0, data.length);
    }

    /**
     * Appends a part of an array.
     *
     * @param data the array
     * @param offset first byte
     * @param length number of bytes
     */
    public void raw(byte[] data, int offset, int length) {
        require(length);
        System.arraycopy(data, offset, bytes, size, length);
        size += length;
    }

    /**
     * Appends a length and as many bytes.
     *
     * @param data the bytes
     */
    public void counted(byte[] data) {
        number(data.length);
        raw(data);
    }

    /**
     * Appends all of another sink.
     *
     * @param other is not changed
     */
    public void append(ByteSink other) {
        raw(other.bytes, 0, other.size);
    }

    /**
     * The number of bytes so far.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }

    /**
     * The bytes so far.
     *
     * @return a copy
     */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void require(int more) {
        if (bytes.length - size < more) {
            long doubled = Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8L);
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int) doubled));
        }
    }
}
