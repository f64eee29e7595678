package io.pgbackup.storage.testkit;

import io.pgbackup.storage.Payload;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** A payload that lies, fails, dawdles or counts. Immutable but for its counters. */
final class OddPayload implements Payload {
    private final byte[] bytes;
    private final long size;
    private final int pieceBytes;
    private final OnRead onRead;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    private OddPayload(byte[] bytes, long size, int pieceBytes, OnRead onRead) {
        this.bytes = bytes;
        this.size = size;
        this.pieceBytes = pieceBytes;
        this.onRead = onRead;
    }

    /** Called before each read with the number of bytes delivered so far. */
    @FunctionalInterface
    interface OnRead {
        void at(long position) throws IOException;
    }

    static OddPayload of(byte[] bytes) {
        return new OddPayload(bytes, bytes.length, Integer.MAX_VALUE, position -> {});
    }

    OddPayload claiming(long wrongSize) {
        return new OddPayload(bytes, wrongSize, pieceBytes, onRead);
    }

    OddPayload inPiecesOf(int atMost) {
        return new OddPayload(bytes, size, atMost, onRead);
    }

    OddPayload doing(OnRead action) {
        return new OddPayload(bytes, size, pieceBytes, action);
    }

    OddPayload failingAt(long wanted) {
        return doing(position -> {
            if (position >= wanted) {
                throw new IOException("the payload fails as planned");
            }
        });
    }

    int opened() {
        return opened.get();
    }

    int stillOpen() {
        return opened.get() - closed.get();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream open() {
        opened.incrementAndGet();
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            private boolean counted;

            @Override
            public int read() throws IOException {
                byte[] single = new byte[1];
                return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                onRead.at(bytes.length - in.available());
                return super.read(target, offset, Math.min(count, pieceBytes));
            }

            @Override
            public void close() throws IOException {
                if (!counted) {
                    counted = true;
                    closed.incrementAndGet();
                }
                super.close();
            }
        };
    }
}
