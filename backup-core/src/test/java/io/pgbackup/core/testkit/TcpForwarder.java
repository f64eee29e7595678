package io.pgbackup.core.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** A fixed port in front of a server that gets a new one with each start; a network that can be cut. Safe for use by many threads. */
public final class TcpForwarder implements AutoCloseable {
    private final ServerSocket listening;
    private final IntSupplier target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private TcpForwarder(ServerSocket listening, IntSupplier target) {
        this.listening = listening;
        this.target = target;
    }

    /**
     * Begins to forward.
     *
     * @param target the port of 127.0.0.1 to forward to, asked for each connection; may fail
     * @return to be closed
     * @throws IOException if no port is free
     */
    public static TcpForwarder to(IntSupplier target) throws IOException {
        TcpForwarder forwarder = new TcpForwarder(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
        begin(forwarder::accept);
        return forwarder;
    }

    /**
     * Where it listens.
     *
     * @return a port of 127.0.0.1
     */
    public int port() {
        return listening.getLocalPort();
    }

    /** Breaks all connections, as a network does. */
    public void cut() {
        sockets.forEach(TcpForwarder::closeQuietly);
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "tcp-forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                forward(listening.accept());
            } catch (IOException | RuntimeException e) {
                // Nobody listens behind, or it is over.
                continue;
            }
        }
    }

    private void forward(Socket client) throws IOException {
        sockets.add(client);
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target.getAsInt());
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            begin(() -> copy(client, server));
            begin(() -> copy(server, client));
        } catch (IOException | RuntimeException e) {
            closeQuietly(client);
            throw e;
        }
    }

    private void copy(Socket from, Socket to) {
        try (InputStream input = from.getInputStream();
                OutputStream output = to.getOutputStream()) {
            input.transferTo(output);
        } catch (IOException e) {
            // Cut.
            return;
        } finally {
            closeQuietly(from);
            closeQuietly(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
            return;
        }
    }

    @Override
    public void close() {
        closeQuietly(listening);
        cut();
    }
}
