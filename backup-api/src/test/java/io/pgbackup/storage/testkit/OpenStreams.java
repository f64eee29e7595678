package io.pgbackup.storage.testkit;

import io.pgbackup.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The streams that were opened and not yet closed, each with the place where it was opened. Safe for use by many threads. */
final class OpenStreams {
    private final Map<InputStream, AssertionError> open = new ConcurrentHashMap<>();

    InputStream open(ObjectKey key, byte[] bytes, int offset, int length) {
        StrictStream stream = new StrictStream(new ByteArrayInputStream(bytes, offset, length), key);
        open.put(stream, new AssertionError("a stream of " + key + " was not closed; it was opened here"));
        return stream;
    }

    void assertNothingOpen() {
        if (!open.isEmpty()) {
            AssertionError error = new AssertionError(open.size() + " streams are still open");
            open.values().forEach(error::addSuppressed);
            throw error;
        }
    }

    /** Refuses reads after close and reads by two threads at once. Identity is its equality. */
    private final class StrictStream extends InputStream {
        private final InputStream bytes;
        private final ObjectKey key;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile boolean closed;

        StrictStream(InputStream bytes, ObjectKey key) {
            this.bytes = bytes;
            this.key = key;
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (closed) {
                throw new IOException("the stream of " + key + " is closed");
            }
            if (!busy.compareAndSet(false, true)) {
                throw new IllegalStateException("two threads read one stream of " + key);
            }
            try {
                return bytes.read(target, offset, count);
            } finally {
                busy.set(false);
            }
        }

        @Override
        public void close() {
            closed = true;
            open.remove(this);
        }
    }
}
