package io.pgbackup.azure;

import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** The body of a reply, of known length: one that ends early or does not end is an error. For one thread. */
final class BlobStream extends InputStream {
    private static final int PREFETCHED_BUFFERS = 16;

    private final Stream<ByteBuffer> body;
    private final Iterator<ByteBuffer> buffers;
    private final Function<Throwable, StorageException> meaning;
    private final long length;
    private long remaining;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean closed;

    /**
     * Begins to receive.
     *
     * @param body the bytes as they arrive
     * @param length how many there must be
     * @param meaning classifies a failure
     */
    BlobStream(Flux<ByteBuffer> body, long length, Function<Throwable, StorageException> meaning) {
        this.body = body.toStream(PREFETCHED_BUFFERS);
        this.buffers = this.body.iterator();
        this.meaning = meaning;
        this.length = length;
        this.remaining = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (count == 0) {
            return 0;
        }
        if (!receive()) {
            return -1;
        }
        int read = Math.min(count, current.remaining());
        current.get(target, offset, read);
        remaining -= read;
        return read;
    }

    /** Waits for bytes; false at the end. */
    private boolean receive() throws IOException {
        try {
            while (!current.hasRemaining() && buffers.hasNext()) {
                current = buffers.next();
            }
        } catch (RuntimeException e) {
            StorageException failure = meaning.apply(e);
            throw new IOException(failure.getMessage(), failure);
        }
        if (current.remaining() > remaining) {
            throw new IOException("the store sent more than the " + length + " bytes it announced");
        }
        if (!current.hasRemaining() && remaining > 0) {
            throw new IOException("the store sent only " + (length - remaining) + " of " + length + " bytes");
        }
        return current.hasRemaining();
    }

    @Override
    public int available() {
        return current.remaining();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // Gives up what has not arrived yet.
            body.close();
        }
    }
}
