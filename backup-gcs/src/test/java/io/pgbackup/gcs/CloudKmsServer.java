package io.pgbackup.gcs;

import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pgbackup.keys.testkit.SealingKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;

/** encrypt and decrypt of Cloud KMS: wants a known token and the right checksums, really encrypts, authenticates the associated data, and keeps versions that can be disabled. */
final class CloudKmsServer implements AutoCloseable {
    static final String RING = "projects/acme/locations/europe-west3/keyRings/backup/cryptoKeys/";

    private static final Pattern PATH = Pattern.compile("/v1/(projects/[^:]+):(encrypt|decrypt)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SealingKeys keys = new SealingKeys();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();
    private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
    private final List<String> associated = new CopyOnWriteArrayList<>();
    private final String token;
    private volatile boolean damaging;
    private volatile int requests;

    private record Refusal(int code, String status) {}

    CloudKmsServer(String token) throws IOException {
        this(token, HttpServer.create(loopback(), 0));
    }

    CloudKmsServer(String token, SSLContext context) throws IOException {
        this(token, secure(context));
    }

    private CloudKmsServer(String token, HttpServer server) {
        this.token = token;
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static HttpsServer secure(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    URI uri() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort());
    }

    /** A new primary version. */
    void rotate(String name) {
        keys.rotate(name);
    }

    void disable(String name, int version) {
        disabled.add(name + "/cryptoKeyVersions/" + version);
    }

    void refuse(String name, int code, String status) {
        refusals.put(name, new Refusal(code, status));
    }

    /** From now on bytes arrive damaged: those of requests here, those of answers there. */
    void damage() {
        damaging = true;
    }

    int requests() {
        return requests;
    }

    List<String> associated() {
        return associated;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests++;
            Matcher path = PATH.matcher(exchange.getRequestURI().toString());
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                error(exchange, 401, "UNAUTHENTICATED", "as planned");
            } else if (!path.matches() || !exchange.getRequestMethod().equals("POST")) {
                error(exchange, 404, "", "no such method");
            } else {
                GenericJson asked =
                        GsonFactory.getDefaultInstance().createJsonParser(body).parse(GenericJson.class);
                answer(exchange, path.group(1), path.group(2), asked);
            }
        }
    }

    private void answer(HttpExchange exchange, String name, String verb, GenericJson asked) throws IOException {
        if (refusals.containsKey(name)) {
            Refusal refusal = refusals.get(name);
            error(exchange, refusal.code(), refusal.status(), "as planned");
            return;
        }
        if (keys.newest(name) == 0) {
            error(exchange, 404, "NOT_FOUND", "CryptoKey " + name + " not found.");
            return;
        }
        byte[] data = bytes(asked, "additionalAuthenticatedData");
        associated.add(new String(data, StandardCharsets.UTF_8));
        byte[] content = bytes(asked, verb.equals("encrypt") ? "plaintext" : "ciphertext");
        if (verb.equals("encrypt")) {
            encrypt(exchange, name, content, data);
        } else {
            decrypt(exchange, name, content, data);
        }
    }

    private static byte[] bytes(GenericJson asked, String name) throws IOException {
        byte[] bytes = Base64.getDecoder().decode((String) asked.get(name));
        if (!crc(bytes).equals(asked.get(name + "Crc32c"))) {
            throw new IOException("the client sent a wrong checksum of " + name);
        }
        return bytes;
    }

    private static String crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Long.toString(crc.getValue());
    }

    private void encrypt(HttpExchange exchange, String name, byte[] plain, byte[] data) throws IOException {
        int version = keys.newest(name);
        if (isDisabled(exchange, name, version)) {
            return;
        }
        byte[] sealed = keys.seal(name, plain, data);
        byte[] blob = ByteBuffer.allocate(1 + sealed.length)
                .put((byte) version)
                .put(sealed)
                .array();
        reply(
                exchange,
                200,
                "{\"name\":\"" + name + "/cryptoKeyVersions/" + version + "\",\"ciphertext\":\"" + sent(blob)
                        + "\",\"ciphertextCrc32c\":\"" + crc(blob) + "\",\"verifiedPlaintextCrc32c\":true,"
                        + "\"verifiedAdditionalAuthenticatedDataCrc32c\":true,\"protectionLevel\":\"SOFTWARE\"}");
    }

    private String sent(byte[] bytes) {
        byte[] arriving = bytes.clone();
        arriving[0] ^= (byte) (damaging ? 1 : 0);
        return Base64.getEncoder().encodeToString(arriving);
    }

    private void decrypt(HttpExchange exchange, String name, byte[] blob, byte[] data) throws IOException {
        if (blob.length <= 1 || blob[0] < 1 || blob[0] > keys.newest(name)) {
            error(exchange, 400, "INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.");
            return;
        }
        if (isDisabled(exchange, name, blob[0])) {
            return;
        }
        Optional<byte[]> plain = keys.open(name, blob[0], Arrays.copyOfRange(blob, 1, blob.length), data);
        if (plain.isEmpty()) {
            error(
                    exchange,
                    400,
                    "INVALID_ARGUMENT",
                    "Decryption failed: verify that 'name' refers to the correct CryptoKey.");
            return;
        }
        reply(
                exchange,
                200,
                "{\"plaintext\":\"" + sent(plain.get()) + "\",\"plaintextCrc32c\":\"" + crc(plain.get()) + "\"}");
    }

    private boolean isDisabled(HttpExchange exchange, String name, int version) throws IOException {
        String full = name + "/cryptoKeyVersions/" + version;
        if (!disabled.contains(full)) {
            return false;
        }
        error(exchange, 400, "FAILED_PRECONDITION", full + " is not enabled, current state is: DISABLED.");
        return true;
    }

    private static void error(HttpExchange exchange, int code, String status, String message) throws IOException {
        reply(
                exchange,
                code,
                status.isEmpty()
                        ? "<html>" + message + "</html>"
                        : "{\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\",\"status\":\"" + status
                                + "\"}}");
    }

    private static void reply(HttpExchange exchange, int code, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
