package io.pgbackup.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pgbackup.keys.testkit.SealingKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/** Encrypt and Decrypt of AWS KMS: verifies every signature, really encrypts, authenticates the context, and keeps keys by id with their aliases. */
final class KmsServer implements AutoCloseable {
    static final String REGION = "eu-central-1";
    static final String ARN = "arn:aws:kms:" + REGION + ":123456789012:key/";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final SealingKeys keys = new SealingKeys();
    private final Map<String, String> aliases = new ConcurrentHashMap<>();
    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final List<Map<String, String>> contexts = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private volatile InstantSource clock = InstantSource.system();
    private volatile int requests;

    KmsServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    void user(String id, String secret) {
        secrets.put(id, secret);
    }

    /** A new key, or new material for one that there is: old material goes on opening what it wrapped. */
    void rotate(String id) {
        keys.rotate(id);
    }

    void alias(String alias, String id) {
        aliases.put(alias, id);
    }

    /** All that asks for this key gets this error type; "500 …" makes it that status. */
    void refuse(String id, String type) {
        refusals.put(id, type);
    }

    int requests() {
        return requests;
    }

    List<Map<String, String>> contexts() {
        return contexts;
    }

    List<String> tokens() {
        return tokens;
    }

    void clock(InstantSource time) {
        clock = time;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests++;
            byte[] body = exchange.getRequestBody().readAllBytes();
            Optional<String> refusal = new SignatureCheck(REGION, secrets).refusal(exchange, body, clock.instant());
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Amz-Security-Token"))
                    .ifPresent(tokens::add);
            if (refusal.isPresent()) {
                error(exchange, refusal.get());
                return;
            }
            answer(exchange, JsonNode.parser().parse(new String(body, StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private void answer(HttpExchange exchange, JsonNode body) throws IOException {
        boolean right = exchange.getRequestMethod().equals("POST")
                && exchange.getRequestURI().toString().equals("/")
                && "application/x-amz-json-1.1"
                        .equals(exchange.getRequestHeaders().getFirst("Content-Type"));
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String asked = text(body, "KeyId");
        String id = aliases.getOrDefault(asked, asked.startsWith(ARN) ? asked.substring(ARN.length()) : asked);
        Map<String, String> context = new TreeMap<>();
        body.field("EncryptionContext")
                .ifPresent(node -> node.asObject().forEach((name, value) -> context.put(name, value.asString())));
        contexts.add(context);
        if (!right) {
            error(exchange, "UnknownOperationException");
        } else if (refusals.containsKey(id)) {
            error(exchange, refusals.get(id));
        } else if (keys.newest(id) == 0) {
            error(exchange, "NotFoundException");
        } else if ("TrentService.Encrypt".equals(target)) {
            encrypt(exchange, id, Base64.getDecoder().decode(text(body, "Plaintext")), context);
        } else if ("TrentService.Decrypt".equals(target)) {
            decrypt(exchange, id, Base64.getDecoder().decode(text(body, "CiphertextBlob")), context);
        } else {
            error(exchange, "UnknownOperationException");
        }
    }

    private static String text(JsonNode body, String name) {
        return body.field(name).orElseThrow().asString();
    }

    private void encrypt(HttpExchange exchange, String id, byte[] plain, Map<String, String> context)
            throws IOException {
        byte[] name = id.getBytes(StandardCharsets.US_ASCII);
        byte[] sealed = keys.seal(id, plain, bound(context));
        byte[] blob = ByteBuffer.allocate(2 + name.length + sealed.length)
                .put((byte) name.length)
                .put(name)
                .put((byte) keys.newest(id))
                .put(sealed)
                .array();
        reply(
                exchange,
                200,
                "{\"CiphertextBlob\":\"" + Base64.getEncoder().encodeToString(blob) + "\",\"KeyId\":\"" + ARN + id
                        + "\",\"EncryptionAlgorithm\":\"SYMMETRIC_DEFAULT\"}");
    }

    private void decrypt(HttpExchange exchange, String id, byte[] blob, Map<String, String> context)
            throws IOException {
        int length = blob[0];
        if (length <= 0 || blob.length < length + 2) {
            error(exchange, "InvalidCiphertextException");
            return;
        }
        String made = new String(blob, 1, length, StandardCharsets.US_ASCII);
        if (!made.equals(id)) {
            error(exchange, keys.newest(made) > 0 ? "IncorrectKeyException" : "InvalidCiphertextException");
            return;
        }
        byte[] sealed = Arrays.copyOfRange(blob, length + 2, blob.length);
        Optional<byte[]> plain = keys.open(id, blob[1 + length], sealed, bound(context));
        if (plain.isEmpty()) {
            error(exchange, "InvalidCiphertextException");
            return;
        }
        reply(
                exchange,
                200,
                "{\"Plaintext\":\"" + Base64.getEncoder().encodeToString(plain.get()) + "\",\"KeyId\":\"" + ARN + id
                        + "\"}");
    }

    private static byte[] bound(Map<String, String> context) {
        return new TreeMap<>(context).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void error(HttpExchange exchange, String type) throws IOException {
        boolean status = type.matches("\\d{3} .*");
        String name = status ? type.substring(4) : type;
        reply(
                exchange,
                status ? Integer.parseInt(type.substring(0, 3)) : 400,
                "{\"__type\":\"com.amazonaws.kms#" + name + "\",\"message\":\"as planned\"}");
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders().set("x-amzn-RequestId", "REQUEST-7");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
