package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A read that goes on where it broke off. A failure of the stream and an end before the range is complete are treated alike: the rest of
 * the range is opened again. Attempts and time are counted since the last bytes that arrived, so a long read survives many short
 * interruptions and still gives up on a dead store.
 *
 * <p>The length of {@link ByteRange#all()} is asked of the store when it is first needed: at the end of the stream, or to resume. A caller
 * that knows the length and says so saves that request.
 *
 * <p>A final failure is an {@link IOException} whose cause is the {@link StorageException}. For use by one thread.
 */
final class ResumingInputStream extends InputStream {
    private static final long UNKNOWN = -1;

    private final Storage storage;
    private final ObjectKey key;
    private final long begin;
    private final Retries.Attempts attempts;
    private @Nullable InputStream current;
    private long length;
    private long delivered;
    private boolean closed;

    /** Resumes {@code first}, a stream of the whole range that is already open. */
    ResumingInputStream(Storage storage, Retries retries, ObjectKey key, ByteRange range, InputStream first) {
        this.storage = storage;
        this.key = key;
        this.begin = range.offset();
        this.length = range.isAll() ? UNKNOWN : range.length();
        this.attempts = retries.begin("read " + key);
        this.current = first;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (closed) {
            throw new IOException("the stream of " + key + " is closed");
        }
        if (count == 0) {
            return 0;
        }
        attempts.startAgain();
        try {
            while (true) {
                try {
                    return attempt(bytes, offset, count);
                } catch (StorageUnavailableException e) {
                    dropCurrent();
                    attempts.waitAfter(e);
                }
            }
        } catch (StorageException e) {
            throw new IOException("cannot read " + key + " from byte " + (begin + delivered) + " on", e);
        }
    }

    private int attempt(byte[] bytes, int offset, int count) throws StorageException {
        InputStream stream = current;
        if (stream == null) {
            // Something failed before: whether there is a rest at all must be known first.
            askLength();
        }
        if (delivered == length) {
            return -1;
        }
        if (stream == null) {
            stream = storage.read(key, ByteRange.of(begin + delivered, length - delivered));
            current = stream;
        }
        int wanted = length == UNKNOWN ? count : (int) Math.min(count, length - delivered);
        int read = readFrom(stream, bytes, offset, wanted);
        if (read > 0) {
            delivered += read;
            return read;
        }
        return endOfStream();
    }

    private int readFrom(InputStream stream, byte[] bytes, int offset, int count) throws StorageException {
        try {
            return stream.read(bytes, offset, count);
        } catch (IOException e) {
            throw StorageErrors.ofStream(key, e);
        }
    }

    private int endOfStream() throws StorageException {
        dropCurrent();
        askLength();
        if (delivered > length) {
            throw new StorageFaultException("read " + delivered + " bytes of " + key + ", which has " + length);
        }
        if (delivered < length) {
            throw new StorageUnavailableException(
                    "the stream of " + key + " ended after " + delivered + " of " + length + " bytes", null);
        }
        return -1;
    }

    private void askLength() throws StorageException {
        if (length == UNKNOWN) {
            length = storage.stat(key)
                    .map(ObjectInfo::size)
                    .orElseThrow(() -> new ObjectNotFoundException(key + " disappeared while it was read"));
        }
    }

    private void dropCurrent() {
        try (InputStream dropped = current) {
            current = null;
        } catch (IOException e) {
            // Nothing is lost: the stream is at its end, or broken, or no longer wanted.
            current = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        dropCurrent();
    }
}
