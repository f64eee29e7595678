package io.pgbackup.gcs;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageFaultException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an object or a range of it. One that ends early fails. If the digest is known, it is compared before the last bytes are handed out:
 * nobody has the whole object without it. Not for use by many threads.
 */
final class ObjectStream extends InputStream {
    /** How a stream lets go of its connection. */
    @FunctionalInterface
    interface Disconnect {
        void run() throws IOException;
    }

    /**
     * What is expected.
     *
     * @param key of which object
     * @param length number of bytes
     * @param digest of all of them, or null
     */
    record Expected(ObjectKey key, long length, @Nullable Digest digest) {}

    private final InputStream bytes;
    private final Expected expected;
    private final Disconnect disconnect;
    private final CRC32C checksum = new CRC32C();
    private long remaining;
    private boolean closed;
    private @Nullable IOException broken;

    ObjectStream(InputStream bytes, Expected expected, Disconnect disconnect) {
        this.bytes = bytes;
        this.expected = expected;
        this.disconnect = disconnect;
        this.remaining = expected.length();
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (closed) {
            throw new IOException("the stream of " + expected.key() + " is closed");
        }
        if (broken != null) {
            throw broken;
        }
        if (remaining == 0 || count == 0) {
            return count == 0 ? 0 : -1;
        }
        int read = bytes.read(target, offset, (int) Math.min(count, remaining));
        if (read < 0) {
            throw new EOFException("the store broke off " + expected.key() + ": " + remaining + " of "
                    + expected.length() + " bytes are missing");
        }
        remaining -= read;
        verify(target, offset, read);
        return read;
    }

    private void verify(byte[] target, int offset, int read) throws IOException {
        if (expected.digest() == null) {
            return;
        }
        checksum.update(target, offset, read);
        if (remaining == 0 && (int) checksum.getValue() != expected.digest().crc32c()) {
            StorageFaultException fault = new StorageFaultException("cannot read " + expected.key()
                    + ": its bytes were damaged on the way, or in the store: their CRC-32C is "
                    + new Digest((int) checksum.getValue()).base64() + ", the store says "
                    + expected.digest().base64());
            broken = new IOException(fault.getMessage(), fault);
            throw broken;
        }
    }

    @Override
    public int available() throws IOException {
        return closed ? 0 : (int) Math.min(bytes.available(), remaining);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (remaining == 0) {
            // Read to the end the connection can serve the next request.
            bytes.close();
        } else {
            disconnect.run();
        }
    }
}
