package io.pgbackup.core.postgres.session;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Blocking streams with a read timeout over a non-blocking channel. Like those of a TCP socket they go on when the thread is interrupted; the
 * interrupt stays noted.
 */
final class UnixSocketStreams implements Closeable {
    private final SocketChannel channel;
    private final IntSupplier timeoutMillis;
    private final Selector readable;
    private final Selector writable;

    UnixSocketStreams(SocketChannel channel, IntSupplier timeoutMillis) throws IOException {
        this.channel = channel;
        this.timeoutMillis = timeoutMillis;
        this.readable = Selector.open();
        this.writable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        channel.register(writable, SelectionKey.OP_WRITE);
    }

    private interface Transfer {
        int run() throws IOException;
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                ByteBuffer into = ByteBuffer.wrap(bytes, offset, length);
                return transfer(() -> channel.read(into), readable, timeoutMillis.getAsInt());
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer from = ByteBuffer.wrap(bytes, offset, length);
                while (from.hasRemaining()) {
                    transfer(() -> channel.write(from), writable, 0);
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Repeats a transfer until it moves something, waiting for the channel in between; 0 waits without end. */
    private static int transfer(Transfer transfer, Selector selector, int timeout) throws IOException {
        // An interrupt would close the channel and with it the session.
        boolean interrupted = Thread.interrupted();
        long start = System.nanoTime();
        try {
            while (true) {
                int count = transfer.run();
                if (count != 0) {
                    return count;
                }
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                if (timeout > 0 && waited >= timeout) {
                    throw new SocketTimeoutException("no answer within " + timeout + " ms");
                }
                if (!selector.isOpen()) {
                    throw new SocketException("the socket is closed");
                }
                selector.select(timeout == 0 ? 0 : timeout - waited);
                selector.selectedKeys().clear();
                interrupted |= Thread.interrupted();
            }
        } catch (ClosedSelectorException e) {
            throw new SocketException("the socket was closed meanwhile");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        readable.close();
        writable.close();
    }
}
