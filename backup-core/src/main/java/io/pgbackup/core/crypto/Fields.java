package io.pgbackup.core.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes big-endian fields into an array of known length; used where every byte is authenticated. */
final class Fields {
    private final ByteBuffer buffer;

    Fields(int length) {
        buffer = ByteBuffer.allocate(length);
    }

    Fields text(String ascii) {
        buffer.put(ascii.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    Fields bytes(byte[] value) {
        buffer.put(value);
        return this;
    }

    Fields unsigned8(int value) {
        buffer.put((byte) value);
        return this;
    }

    Fields unsigned16(int value) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException("not an unsigned 16-bit number: " + value);
        }
        buffer.putShort((short) value);
        return this;
    }

    Fields unsigned32(int value) {
        buffer.putInt(value);
        return this;
    }

    byte[] done() {
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() + " bytes were not written");
        }
        return buffer.array();
    }
}
