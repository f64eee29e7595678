package io.pgbackup.examples.storagecheck;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Stands before a server, passes on what no evil is planned for, and does evil to the rest. Speaks HTTP/1.1, one request to a connection. */
final class NastyProxy implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding: *chunked");
    private static final Pattern EXPECTS = Pattern.compile("(?im)^expect: *100-continue\r\n");
    private static final int DRIPS = 40;

    private final ServerSocket socket;
    private final URI target;
    private final Deque<Evil> planned = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private NastyProxy(ServerSocket socket, URI target) {
        this.socket = socket;
        this.target = target;
    }

    /**
     * What is done to one request.
     *
     * @param method of the request that it waits for
     * @param kind what is done
     * @param answer for {@link Kind#ANSWER}
     */
    private record Evil(Pattern method, Kind kind, String answer) {}

    /** Kinds of evil. */
    enum Kind {
        /** An answer of its own; the server hears nothing. */
        ANSWER,
        /** The answer ends after half of its body. */
        CUT,
        /** The answer comes in small pieces. */
        DRIP,
        /** The connection is reset while the body of the request is on its way; the server hears nothing. */
        RESET,
        /** The server has done it, and nobody is told. */
        LOSE_REPLY
    }

    static NastyProxy before(URI target) throws IOException {
        NastyProxy proxy = new NastyProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
        Thread acceptor = new Thread(proxy::accept, "nasty proxy");
        acceptor.setDaemon(true);
        acceptor.start();
        return proxy;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** Waits for a request of one of the methods. */
    void plan(String methods, Kind kind) {
        plan(methods, kind, "");
    }

    /** Answers a request of one of the methods itself. */
    void answer(String methods, String answer) {
        plan(methods, Kind.ANSWER, answer);
    }

    private synchronized void plan(String methods, Kind kind, String answer) {
        planned.add(new Evil(Pattern.compile(methods), kind, answer));
    }

    private synchronized @Nullable Evil next(String method) {
        Evil first = planned.peek();
        return first != null && first.method().matcher(method).matches() ? planned.remove() : null;
    }

    synchronized boolean isDone() {
        return planned.isEmpty();
    }

    /** The first lines of all requests so far. */
    List<String> requests() {
        return new ArrayList<>(requests);
    }

    void forget() {
        requests.clear();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread thread = new Thread(() -> serve(client), "nasty proxy connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            String head = head(in);
            if (head.isEmpty()) {
                return;
            }
            requests.add(head.substring(0, head.indexOf('\r')));
            Evil evil = next(head.substring(0, head.indexOf(' ')));
            if (evil != null && evil.kind() == Kind.RESET) {
                goOn(client, head);
                in.readNBytes(Math.max(1, length(head) / 2));
                reset(client);
                return;
            }
            goOn(client, head);
            byte[] body = body(in, head);
            if (evil != null && evil.kind() == Kind.ANSWER) {
                client.getOutputStream().write(evil.answer().getBytes(StandardCharsets.UTF_8));
                return;
            }
            reply(client, forward(head, body), evil == null ? null : evil.kind());
        } catch (IOException e) {
            // The client went away: it saw what it was to see.
        }
    }

    private static void goOn(Socket client, String head) throws IOException {
        if (EXPECTS.matcher(head).find()) {
            client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void reply(Socket client, byte[] answer, @Nullable Kind kind) throws IOException {
        OutputStream out = client.getOutputStream();
        int bodyAt = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
        if (kind == Kind.LOSE_REPLY) {
            reset(client);
        } else if (kind == Kind.CUT) {
            out.write(answer, 0, bodyAt + (answer.length - bodyAt) / 2);
        } else if (kind == Kind.DRIP) {
            int piece = Math.max(1, answer.length / DRIPS);
            for (int at = 0; at < answer.length; at += piece) {
                out.write(answer, at, Math.min(piece, answer.length - at));
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
        } else {
            out.write(answer);
        }
        out.flush();
    }

    private static void reset(Socket client) throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    private byte[] forward(String head, byte[] body) throws IOException {
        String toServer = EXPECTS.matcher(head).replaceAll("").replaceAll("(?im)^connection:.*\r\n", "");
        int end = toServer.indexOf("\r\n\r\n");
        toServer = toServer.substring(0, end) + "\r\nConnection: close\r\n\r\n";
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
            server.getOutputStream().write(toServer.getBytes(StandardCharsets.ISO_8859_1));
            server.getOutputStream().write(body);
            server.getOutputStream().flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int state = 0;
        while (state < 4) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.write(next);
            state = next == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int length(String head) {
        Matcher length = LENGTH.matcher(head);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    private static byte[] body(InputStream in, String head) throws IOException {
        if (!CHUNKED.matcher(head).find()) {
            return in.readNBytes(length(head));
        }
        // One chunk after the other, as they came: the server understands them too.
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length;
        do {
            String size = line(in);
            length = Integer.parseInt(size.strip(), 16);
            body.writeBytes(size.getBytes(StandardCharsets.US_ASCII));
            body.writeBytes(in.readNBytes(length));
            body.writeBytes(line(in).getBytes(StandardCharsets.US_ASCII));
        } while (length > 0);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            line.append((char) next);
            if (next == '\n') {
                return line.toString();
            }
        }
        throw new IOException("the request ended early");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
