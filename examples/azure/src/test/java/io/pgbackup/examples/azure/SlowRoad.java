package io.pgbackup.examples.azure;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A narrow line between a client and a server on loopback: all connections together carry so many bytes a second, and no more. */
final class SlowRoad implements AutoCloseable {
    private static final int PIECE = 4_096;

    private final ServerSocket entrance;
    private final int exit;
    private final long nanosecondsPerByte;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private long free = System.nanoTime();

    SlowRoad(int exit, int bytesPerSecond) throws IOException {
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.exit = exit;
        this.nanosecondsPerByte = 1_000_000_000L / bytesPerSecond;
        threads.execute(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = entrance.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), exit);
                sockets.add(client);
                sockets.add(server);
                threads.execute(() -> carry(client, server));
                threads.execute(() -> carry(server, client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] piece = new byte[PIECE];
        try (from;
                to) {
            InputStream bytes = from.getInputStream();
            OutputStream target = to.getOutputStream();
            for (int read = bytes.read(piece); read >= 0; read = bytes.read(piece)) {
                waitFor(read);
                target.write(piece, 0, read);
            }
        } catch (IOException e) {
            // One side went away, so does the other.
        }
    }

    private void waitFor(int bytes) {
        long mine;
        synchronized (this) {
            free = Math.max(free, System.nanoTime()) + bytes * nanosecondsPerByte;
            mine = free;
        }
        for (long wait = mine - System.nanoTime(); wait > 0; wait = mine - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
