package io.pgbackup.azure;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;

/**
 * Delivers a payload to the HTTP client, whose threads read it, and refuses one that lies about its size <b>before</b> its last bytes are
 * sent, so that a wrong object never becomes whole. Once {@link #close()} has returned, nobody reads the payload any more.
 */
final class PayloadBody implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final ObjectKey key;
    private final Payload payload;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable InputStream stream;
    private final Sinks.One<Boolean> taken = Sinks.one();
    private long remaining;
    private boolean closed;
    private @Nullable StorageException failure;

    PayloadBody(ObjectKey key, Payload payload) {
        this.key = key;
        this.payload = payload;
    }

    /** The bytes, from the beginning for each subscriber. */
    Flux<ByteBuffer> bytes() {
        return Flux.defer(() -> {
            rewind();
            return Flux.generate(this::deliver);
        });
    }

    /** Signals when the HTTP client has taken the last byte. */
    Mono<Boolean> taken() {
        return taken.asMono();
    }

    /** Nothing is sent of an empty payload, so nobody would notice that it is not empty. */
    void requireEmpty() throws StorageException {
        rewind();
        lock.lock();
        try {
            if (failure == null && stream != null) {
                requireEnd(stream);
            }
        } catch (IOException e) {
            failure = unreadable(e);
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** What is wrong with the payload. */
    Optional<StorageException> failure() {
        lock.lock();
        try {
            return Optional.ofNullable(failure);
        } finally {
            lock.unlock();
        }
    }

    private void rewind() {
        lock.lock();
        try {
            closeStream();
            if (!closed) {
                stream = payload.open();
                remaining = payload.size();
            }
        } catch (IOException e) {
            failure = unreadable(e);
        } finally {
            lock.unlock();
        }
    }

    private void deliver(SynchronousSink<ByteBuffer> sink) {
        lock.lock();
        try {
            if (failure != null) {
                sink.error(new IOException(failure));
            } else if (closed || stream == null) {
                sink.error(new IOException("nobody waits for " + key + " any more"));
            } else if (remaining == 0) {
                sink.complete();
            } else {
                sink.next(chunk(stream));
            }
        } catch (IOException e) {
            failure = failure == null ? unreadable(e) : failure;
            sink.error(e);
        } finally {
            lock.unlock();
        }
    }

    private ByteBuffer chunk(InputStream bytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(CHUNK_BYTES, remaining)];
        int read = bytes.readNBytes(buffer, 0, buffer.length);
        if (read < buffer.length) {
            long delivered = payload.size() - remaining + read;
            throw lie("the payload has only " + delivered + " of its " + payload.size() + " bytes");
        }
        remaining -= read;
        if (remaining == 0) {
            requireEnd(bytes);
            taken.tryEmitValue(true);
        }
        return ByteBuffer.wrap(buffer);
    }

    private void requireEnd(InputStream bytes) throws IOException {
        if (bytes.read() >= 0) {
            throw lie("the payload has more than its " + payload.size() + " bytes");
        }
    }

    private IOException lie(String what) {
        failure = new StorageFaultException("cannot create " + key + ": " + what);
        return new IOException(failure);
    }

    private StorageException unreadable(IOException e) {
        if (failure != null) {
            return failure;
        }
        String message = "cannot create " + key + ": its payload cannot be read: " + e;
        // A spool file is closed under an interrupted thread: that says nothing about the payload.
        return Thread.currentThread().isInterrupted()
                ? new StorageUnavailableException(message, e)
                : new StorageFaultException(message, e);
    }

    private void closeStream() throws IOException {
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closeStream();
        } catch (IOException e) {
            // Every byte was read before; the outcome of the request is what counts.
            stream = null;
        } finally {
            lock.unlock();
        }
    }
}
