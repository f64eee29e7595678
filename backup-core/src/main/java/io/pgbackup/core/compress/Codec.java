package io.pgbackup.core.compress;

/**
 * Compresses and decompresses one piece at a time, each piece by itself. Made by {@link CodecSpec#newCodec()} for one worker and used again
 * and again by it: not safe for use by several threads. Input and output must not overlap. No call reads or writes outside the ranges it
 * was given, whatever the bytes are.
 */
public interface Codec extends AutoCloseable {
    /** What {@link #compress} returns when the result does not fit. */
    int DOES_NOT_FIT = -1;

    /**
     * What this codec was made from.
     *
     * @return the specification
     */
    CodecSpec spec();

    /**
     * The room in which any input of a length fits, compressed.
     *
     * @param length of the input, bytes
     * @return bytes, at least {@code length}
     */
    int maxCompressedLength(int length);

    /**
     * Compresses. Cheapest when {@code outMaximum} is {@link #maxCompressedLength(int)}.
     *
     * @param in source array
     * @param inOffset first byte
     * @param inLength number of bytes
     * @param out target array; its content within the given range is undefined when the result did not fit
     * @param outOffset where the result begins
     * @param outMaximum bytes it may take
     * @return length of the result, or {@link #DOES_NOT_FIT}
     * @throws IndexOutOfBoundsException if a range lies outside its array
     */
    int compress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int outMaximum);

    /**
     * Decompresses; the result must have exactly the length that the caller knows.
     *
     * @param in source array
     * @param inOffset first byte
     * @param inLength number of bytes
     * @param out target array; its content within the given range is undefined after an exception
     * @param outOffset where the result begins
     * @param exactLength bytes it must have
     * @throws DamagedDataException if the input is not what {@link #compress} made of exactly so many bytes
     * @throws IndexOutOfBoundsException if a range lies outside its array
     */
    void decompress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int exactLength)
            throws DamagedDataException;

    /** Frees native memory. Idempotent; the codec cannot be used afterwards. */
    @Override
    void close();
}
