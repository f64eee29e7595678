package io.pgbackup.sftp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Passes every byte on, after a while: distance without a loss of bandwidth. */
final class DelayingProxy implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final Duration oneWay;

    DelayingProxy(int target, Duration oneWay) throws IOException {
        this.target = target;
        this.oneWay = oneWay;
        start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private record Chunk(byte[] bytes, long due) {}

    /** May fail when a connection ends. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // A connection ended, or the proxy.
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket client = socket.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            pass(client, server);
            pass(server, client);
        }
    }

    private void pass(Socket from, Socket to) {
        BlockingQueue<Chunk> under = new LinkedBlockingQueue<>();
        start(() -> {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                under.add(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + oneWay.toNanos()));
            }
            under.add(new Chunk(new byte[0], System.nanoTime() + oneWay.toNanos()));
        });
        start(() -> {
            try (to) {
                OutputStream out = to.getOutputStream();
                for (Chunk chunk = under.take(); chunk.bytes().length > 0; chunk = under.take()) {
                    TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
                    out.write(chunk.bytes());
                }
            }
        });
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
