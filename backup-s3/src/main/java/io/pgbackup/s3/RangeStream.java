package io.pgbackup.s3;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The bytes of a range: all of them, or a failure. For one thread. */
final class RangeStream extends InputStream {
    /** Up to here it is cheaper to read what is left than to open another connection. */
    private static final long WORTH_READING = 64 * 1024;

    private final ObjectKey key;
    private final ResponseInputStream<GetObjectResponse> stream;
    private final S3Errors errors;
    private long remaining;
    private boolean closed;

    RangeStream(ObjectKey key, ResponseInputStream<GetObjectResponse> stream, long length, S3Errors errors) {
        this.key = key;
        this.stream = stream;
        this.remaining = length;
        this.errors = errors;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        int count = read(single, 0, 1);
        return count < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream of " + key + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        try {
            int count = stream.read(target, offset, length);
            if (count < 0 && remaining > 0) {
                throw failed(new StorageUnavailableException(
                        "the stream of " + key + " ended " + remaining + " bytes early", null));
            }
            remaining -= Math.max(count, 0);
            if (remaining < 0) {
                throw failed(errors.notS3("read " + key, "more bytes came than were asked for"));
            }
            return count;
        } catch (RuntimeException e) {
            throw failed(errors.classify("read " + key, e));
        }
    }

    private static IOException failed(StorageException failure) {
        return new IOException(failure.getMessage(), failure);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (remaining > WORTH_READING) {
            stream.abort();
            return;
        }
        try {
            stream.close();
        } catch (IOException | RuntimeException e) {
            // Whoever closes has what was wanted; only the connection is lost.
            stream.abort();
        }
    }
}
