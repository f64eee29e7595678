package io.pgbackup.core.crypto;

/**
 * Seals or opens the frames of one object for one worker: not safe for use by several threads. A frame opens only under the number, flags,
 * associated data, object, salt and repository it was sealed for.
 */
public sealed interface ObjectCipher permits AesGcmCipher, DigestCipher {
    /**
     * How much longer a sealed frame is than its content.
     *
     * @return bytes: 16 when encrypted, 8 when only digested
     */
    int overhead();

    /**
     * Seals a frame. Each frame number can be sealed once, in ascending order, so that no nonce is ever used twice.
     *
     * @param frame what to seal and where to
     * @return bytes written: the input's length plus {@link #overhead()}
     * @throws IllegalStateException if this or a later frame number was sealed before
     * @throws IndexOutOfBoundsException if the result does not fit
     */
    int seal(FrameSlice frame);

    /**
     * Opens a frame, any number of times and in any order.
     *
     * @param frame what to open and where to; the output is undefined after an exception
     * @return bytes written: the input's length minus {@link #overhead()}
     * @throws DamagedFrameException if the frame is not exactly what was sealed
     * @throws IndexOutOfBoundsException if the result does not fit
     */
    int open(FrameSlice frame) throws DamagedFrameException;
}
