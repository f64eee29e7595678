package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.CodecId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The eight bytes before each frame, big-endian: length of what follows them (4), flags (1), length of the plaintext (3). Flags: bit 7 the
 * last frame of the object, bit 6 zero, bits 0 to 5 the code of the codec, 0 for a frame stored raw. All of it is authenticated with the
 * frame; a frame needs nothing outside its object to be read.
 */
final class FrameHeader {
    static final int LENGTH = 8;
    /** Most plaintext in a frame: beyond it the JDK's AES-GCM stays uncompiled for seconds, and codecs gain nothing. */
    static final int MAXIMUM_PLAIN_LENGTH = 64 * 1024;

    private static final int LAST = 0x80;
    private static final int RESERVED = 0x40;
    private static final int CODEC = 0x3F;
    private static final int FLAGS_SHIFT = 24;
    private static final int PLAIN_LENGTH = 0xFFFFFF;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private FrameHeader() {}

    static void write(byte[] target, int offset, int payloadLength, int word) {
        INT.set(target, offset, payloadLength);
        INT.set(target, offset + 4, word);
    }

    static int word(CodecId codec, boolean last, int plainLength) {
        return (codec.code() | (last ? LAST : 0)) << FLAGS_SHIFT | plainLength;
    }

    static int payloadLength(byte[] source, int offset) {
        return (int) INT.get(source, offset);
    }

    static int word(byte[] source, int offset) {
        return (int) INT.get(source, offset + 4);
    }

    static int flags(int word) {
        return word >>> FLAGS_SHIFT;
    }

    static boolean isLast(int word) {
        return (flags(word) & LAST) != 0;
    }

    static int codecCode(int word) {
        return flags(word) & CODEC;
    }

    static int plainLength(int word) {
        return word & PLAIN_LENGTH;
    }

    /** Whether a writer can have written these fields; checked before anything is read or allocated. */
    static boolean isPlausible(int payloadLength, int word, int overhead) {
        int plainLength = plainLength(word);
        int content = payloadLength - overhead;
        boolean raw = codecCode(word) == CodecId.NONE.code();
        return plainLength <= MAXIMUM_PLAIN_LENGTH
                && (flags(word) & RESERVED) == 0
                && CodecId.ofCode(codecCode(word)).isPresent()
                && (raw ? content == plainLength : content > 0 && content < plainLength);
    }
}
