package io.pgbackup.core.crypto;

import java.util.Objects;

/**
 * The arguments of one {@link ObjectCipher#seal} or {@link ObjectCipher#open}: a mutable holder, filled anew for each frame, so that the
 * hot path allocates nothing. Belongs to one worker. Input and output must not overlap.
 */
public final class FrameSlice {
    private static final byte[] NOTHING = new byte[0];

    private long number;
    private int flags;
    private byte[] associated = NOTHING;
    private int associatedLength;
    private byte[] input = NOTHING;
    private int inputOffset;
    private int inputLength;
    private byte[] output = NOTHING;
    private int outputOffset;

    /**
     * Which frame of the object.
     *
     * @param frameNumber from 0
     * @param frameFlags 0…255, among them whether it is the last frame
     * @return this
     */
    public FrameSlice frame(long frameNumber, int frameFlags) {
        this.number = frameNumber;
        this.flags = frameFlags;
        return this;
    }

    /**
     * What is authenticated beside the frame.
     *
     * @param bytes from the array's beginning; not copied
     * @param length how many of them
     * @return this
     */
    public FrameSlice associated(byte[] bytes, int length) {
        Objects.checkFromIndexSize(0, length, bytes.length);
        this.associated = bytes;
        this.associatedLength = length;
        return this;
    }

    /**
     * What to seal or to open.
     *
     * @param bytes source array; not copied
     * @param offset first byte
     * @param length number of bytes
     * @return this
     */
    public FrameSlice from(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.input = bytes;
        this.inputOffset = offset;
        this.inputLength = length;
        return this;
    }

    /**
     * Where the result goes.
     *
     * @param bytes target array
     * @param offset first byte to write
     * @return this
     */
    public FrameSlice into(byte[] bytes, int offset) {
        Objects.checkIndex(offset, bytes.length + 1);
        this.output = bytes;
        this.outputOffset = offset;
        return this;
    }

    long number() {
        return number;
    }

    int flags() {
        return flags;
    }

    byte[] associated() {
        return associated;
    }

    int associatedLength() {
        return associatedLength;
    }

    byte[] input() {
        return input;
    }

    int inputOffset() {
        return inputOffset;
    }

    int inputLength() {
        return inputLength;
    }

    byte[] output() {
        return output;
    }

    int outputOffset() {
        return outputOffset;
    }
}
