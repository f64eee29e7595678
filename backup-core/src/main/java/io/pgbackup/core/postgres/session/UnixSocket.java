package io.pgbackup.core.postgres.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A Unix socket in the clothes of a {@link Socket}: the JDK has only a channel for them. One thread may read while another writes. */
final class UnixSocket extends Socket {
    private final UnixDomainSocketAddress address;
    private final SocketChannel channel;
    private @Nullable UnixSocketStreams streams;
    private volatile int timeoutMillis;

    UnixSocket(Path file) throws IOException {
        this.address = UnixDomainSocketAddress.of(file);
        this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    /** Connects to the file, whatever address the driver has taken from its URL. */
    @Override
    public void connect(@Nullable SocketAddress ignored, int timeout) throws IOException {
        channel.connect(address);
        channel.configureBlocking(false);
        streams = new UnixSocketStreams(channel, this::getSoTimeout);
    }

    @Override
    public void connect(@Nullable SocketAddress ignored) throws IOException {
        connect(ignored, 0);
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return connected().input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return connected().output();
    }

    private UnixSocketStreams connected() throws IOException {
        if (streams == null) {
            throw new IOException("not connected to " + address);
        }
        return streams;
    }

    @Override
    public void setSoTimeout(int timeout) {
        timeoutMillis = timeout;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public boolean isConnected() {
        return streams != null;
    }

    @Override
    public boolean isBound() {
        return streams != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    /** Means nothing here. */
    @Override
    public void setTcpNoDelay(boolean on) {}

    /** Means nothing here: the kernel knows when the other end is gone. */
    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void close() throws IOException {
        channel.close();
        if (streams != null) {
            streams.close();
        }
    }

    @Override
    public String toString() {
        return "UnixSocket[" + address + "]";
    }
}
