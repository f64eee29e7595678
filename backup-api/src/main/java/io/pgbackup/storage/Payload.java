package io.pgbackup.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes to be stored: of known size, and openable again with the same bytes, so that a retry re-sends and never re-reads the database.
 * Safe for use by one thread at a time.
 */
public interface Payload {
    /**
     * The number of bytes each opened stream delivers.
     *
     * @return at least 0
     */
    long size();

    /**
     * Opens the bytes from the beginning.
     *
     * @return a new stream; the caller closes it
     * @throws IOException if the bytes can no longer be had
     */
    InputStream open() throws IOException;

    /**
     * A payload over a part of an array. The array is not copied: it must not change until the object is created.
     *
     * @param bytes the array
     * @param offset first byte
     * @param length number of bytes
     * @return the payload
     */
    static Payload of(byte[] bytes, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        return new Payload() {
            @Override
            public long size() {
                return length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes, offset, length);
            }
        };
    }

    /**
     * A payload over an array, see {@link #of(byte[], int, int)}.
     *
     * @param bytes the array
     * @return the payload
     */
    static Payload of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }
}
