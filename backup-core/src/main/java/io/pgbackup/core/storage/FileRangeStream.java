package io.pgbackup.core.storage;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Exactly the bytes of a range of a file, or a failure. For use by one thread. */
final class FileRangeStream extends InputStream {
    /** A heap buffer passes through a direct one of its size that the thread keeps: large reads are cut to keep that small. */
    private static final int READ_BYTES = 256 * 1024;

    private final ObjectKey key;
    private final FileChannel channel;
    private long position;
    private long remaining;

    /** Takes over the channel: closing this stream closes it. */
    FileRangeStream(ObjectKey key, FileChannel channel, long offset, long length) {
        this.key = key;
        this.channel = channel;
        this.position = offset;
        this.remaining = length;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (!channel.isOpen()) {
            throw new IOException("the stream of " + key + " is closed");
        }
        if (count == 0) {
            return 0;
        }
        if (remaining == 0) {
            return -1;
        }
        int wanted = (int) Math.min(Math.min(count, READ_BYTES), remaining);
        int read = channel.read(ByteBuffer.wrap(bytes, offset, wanted), position);
        if (read < 0) {
            // Objects never shrink: a cut file is a damaged or half-mounted file system, and certainly no shorter
            // object.
            String message = "the file of " + key + " ended at byte " + position + ", " + remaining + " before the end";
            throw new IOException(message, new StorageUnavailableException(message, null));
        }
        position += read;
        remaining -= read;
        return read;
    }

    @Override
    public int available() {
        return (int) Math.min(READ_BYTES, remaining);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
