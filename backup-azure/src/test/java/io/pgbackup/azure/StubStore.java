package io.pgbackup.azure;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A server on loopback that answers as the store does for whole blobs, remembers every request, and can be told to answer otherwise: for what
 * an emulator ignores, and for what no well-behaved server does.
 */
final class StubStore implements AutoCloseable {
    static final String ACCOUNT = "stubaccount";

    private static final String TIME = "Sat, 21 Nov 2026 08:00:00 GMT";

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<String, Blob> blobs = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = exchange -> false;

    /** What was asked. */
    record Request(String method, String target, Headers headers) {
        String header(String name) {
            return Objects.requireNonNullElse(headers.getFirst(name), "");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Blob(byte[] bytes, Headers headers) {}

    /** Answers a request in its own way, or leaves it to the store. */
    @FunctionalInterface
    interface Behaviour {
        /** Returns true if it answered. */
        boolean answer(HttpExchange exchange) throws IOException;
    }

    private StubStore(HttpServer server, String scheme) throws IOException {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(executor);
        server.createContext("/", this::serve);
        server.start();
    }

    static StubStore http() throws IOException {
        return new StubStore(HttpServer.create(loopback(), 0), "http");
    }

    static StubStore https(LoopbackCertificate certificate) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        return new StubStore(server, "https");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String location() {
        return "azure:" + url() + "/" + ACCOUNT + "/container/path";
    }

    String url() {
        return scheme + "://localhost:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    void behave(Behaviour wanted) {
        behaviour = wanted;
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.add(new Request(
                exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders()));
        try (exchange) {
            exchange.getResponseHeaders().set("x-ms-request-id", "request-" + requests.size());
            if (!behaviour.answer(exchange)) {
                answer(exchange);
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Blob blob = blobs.get(path);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, path);
            case "DELETE" -> {
                blobs.remove(path);
                answer(exchange, blob == null ? 404 : 202, blob == null ? "BlobNotFound" : "");
            }
            default -> get(exchange, blob);
        }
    }

    private void put(HttpExchange exchange, String path) throws IOException {
        Blob blob = new Blob(exchange.getRequestBody().readAllBytes(), exchange.getRequestHeaders());
        if (blobs.putIfAbsent(path, blob) != null) {
            answer(exchange, 409, "BlobAlreadyExists");
            return;
        }
        exchange.getResponseHeaders().set("ETag", "\"1\"");
        exchange.getResponseHeaders().set("Last-Modified", TIME);
        answer(exchange, 201, "");
    }

    private static void get(HttpExchange exchange, @Nullable Blob blob) throws IOException {
        if (blob == null) {
            answer(exchange, 404, "BlobNotFound");
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("ETag", "\"1\"");
        headers.set("Last-Modified", TIME);
        headers.set("x-ms-creation-time", TIME);
        headers.set("x-ms-blob-type", "BlockBlob");
        for (String promise :
                List.of("x-ms-immutability-policy-until-date", "x-ms-immutability-policy-mode", "x-ms-legal-hold")) {
            if (blob.headers().containsKey(promise)) {
                headers.set(promise, Objects.requireNonNull(blob.headers().getFirst(promise)));
            }
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(blob.bytes().length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("x-ms-range");
        byte[] bytes = blob.bytes();
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = !ends[1].isEmpty() ? Integer.parseInt(ends[1]) : bytes.length - 1;
            headers.set("Content-Range", "bytes " + first + "-" + last + "/" + bytes.length);
            bytes = Arrays.copyOfRange(bytes, first, last + 1);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** An answer as the store gives it: the code in a header and in the body. */
    static void answer(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getRequestBody().readAllBytes();
        if (code.isEmpty()) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.getResponseHeaders().set("x-ms-error-code", code);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        body(
                exchange,
                status,
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + code
                        + "</Code><Message>told so</Message></Error>");
    }

    static void body(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
