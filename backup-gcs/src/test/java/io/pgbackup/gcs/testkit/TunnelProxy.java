package io.pgbackup.gcs.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP proxy that only makes tunnels, and leads chosen names to servers on this machine. */
public final class TunnelProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final Map<String, URI> places;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> targets = new ConcurrentLinkedQueue<>();
    private final Queue<Closeable> open = new ConcurrentLinkedQueue<>();

    private TunnelProxy(Map<String, URI> places) {
        this.places = Map.copyOf(places);
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.submit(this::listen);
    }

    /**
     * Starts a proxy.
     *
     * @param places where the names lie, each as {@code host:port}; others are refused
     * @return a running proxy
     */
    public static TunnelProxy start(Map<String, URI> places) {
        return new TunnelProxy(places);
    }

    /**
     * The port it listens on.
     *
     * @return a port of the loopback address
     */
    public int port() {
        return listener.getLocalPort();
    }

    /**
     * What was asked for.
     *
     * @return each as {@code host:port}
     */
    public List<String> targets() {
        return List.copyOf(targets);
    }

    private void listen() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                threads.submit(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            String target = target(client.getInputStream());
            targets.add(target);
            URI place = places.get(target);
            OutputStream out = client.getOutputStream();
            if (place == null) {
                out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try (Socket server = new Socket(place.getHost(), place.getPort())) {
                open.add(server);
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                threads.submit(() -> copy(client, server));
                copy(server, client);
            }
        } catch (IOException e) {
            // The other side went away.
        }
    }

    /** Reads the head of a request byte by byte: what follows belongs to the tunnel. */
    private static String target(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int single = in.read();
            if (single < 0) {
                throw new IOException("no request");
            }
            head.append((char) single);
        }
        String[] words = head.toString().split(" ");
        return words[0].equals("CONNECT") ? words[1] : head.toString();
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The other side went away.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Closeable socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
