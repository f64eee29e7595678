package io.pgbackup.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;

/** Answers each connection with given bytes and closes it, for what a proper HTTP server would not say. Requests have no body, or one that is not read. */
final class RawServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> heads = new CopyOnWriteArrayList<>();

    /** {@code answers} makes the answer to the request of a number, counted from 0. */
    RawServer(IntFunction<String> answers) throws IOException {
        Thread thread = new Thread(() -> serve(answers), "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(IntFunction<String> answers) {
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept()) {
                heads.add(head(connection.getInputStream()));
                byte[] answer = answers.apply(heads.size() - 1).getBytes(StandardCharsets.ISO_8859_1);
                connection.getOutputStream().write(answer);
                connection.shutdownOutput();
                connection.getInputStream().readAllBytes();
            } catch (IOException e) {
                // The client went away, or the test is over.
                continue;
            }
        }
    }

    private static String head(InputStream stream) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = stream.read();
            if (next < 0) {
                throw new IOException("the client went away");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The requests' lines and headers. */
    List<String> heads() {
        return heads;
    }

    URI uri() {
        return URI.create("http://localhost:" + socket.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
