package io.pgbackup.core.postgres.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * Lets the driver speak over a Unix socket; named in its property {@code socketFactory}, the socket file in {@code socketFactoryArg}. Safe
 * for use by many threads.
 */
public final class UnixSocketFactory extends SocketFactory {
    private final Path file;

    /**
     * Made by the driver.
     *
     * @param file the server's socket file
     */
    public UnixSocketFactory(String file) {
        this.file = Path.of(file);
    }

    @Override
    public Socket createSocket() throws IOException {
        return new UnixSocket(file);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected();
    }

    private Socket connected() throws IOException {
        UnixSocket socket = new UnixSocket(file);
        socket.connect(null, 0);
        return socket;
    }
}
