package io.pgbackup.core.block.change;

import io.pgbackup.core.manifest.MalformedContentException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads from a stream what {@link NumberOutput} wrote, never keeping more than was there. For one thread. */
final class NumberInput {
    private final InputStream in;

    NumberInput(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    int octet() throws IOException {
        int read = in.read();
        if (read < 0) {
            throw new MalformedContentException("the content ends too early");
        }
        return read;
    }

    /** One of as many values. */
    int octet(int values, String what) throws IOException {
        int value = octet();
        if (value >= values) {
            throw new MalformedContentException(what + " is " + value + ", the most is " + (values - 1));
        }
        return value;
    }

    long number() throws IOException {
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

    long number(long limit, String what) throws IOException {
        long value = number();
        if (value > limit) {
            throw new MalformedContentException(what + " is " + value + ", the most is " + limit);
        }
        return value;
    }

    int number(int limit, String what) throws IOException {
        return (int) number((long) limit, what);
    }

    long fixed() throws IOException {
        byte[] bytes = in.readNBytes(Long.BYTES);
        if (bytes.length < Long.BYTES) {
            throw new MalformedContentException("the content ends too early");
        }
        return ByteBuffer.wrap(bytes).getLong();
    }

    byte[] counted(int limit) throws IOException {
        int length = number(limit, "a length");
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new MalformedContentException("the content ends too early");
        }
        return bytes;
    }

    void requireEnd() throws IOException {
        if (in.read() >= 0) {
            throw new MalformedContentException("more follows than should");
        }
    }
}
