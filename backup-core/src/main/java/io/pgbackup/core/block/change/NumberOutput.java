package io.pgbackup.core.block.change;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The number forms of the format, written to a stream. For one thread. */
final class NumberOutput {
    private final OutputStream out;

    NumberOutput(OutputStream out) {
        this.out = new BufferedOutputStream(out);
    }

    void octet(int value) throws IOException {
        out.write(value);
    }

    /** Seven bits a byte, lowest first; the high bit says that more follow. */
    void number(long value) throws IOException {
        long rest = value;
        while (rest > 0x7F) {
            octet((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        octet((int) rest);
    }

    void fixed(long value) throws IOException {
        out.write(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    void counted(byte[] bytes) throws IOException {
        number(bytes.length);
        out.write(bytes);
    }

    void flush() throws IOException {
        out.flush();
    }
}
