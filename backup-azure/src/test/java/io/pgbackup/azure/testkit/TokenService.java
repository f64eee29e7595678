package io.pgbackup.azure.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Gives tokens as Microsoft Entra and the metadata service of a machine do: unsigned ones with the claims that the emulator checks. It
 * remembers who asked for what, and can be told to fail.
 */
public final class TokenService implements AutoCloseable {
    /** The tenant it serves. */
    public static final String TENANT = "11111111-2222-3333-4444-555555555555";

    private final HttpsServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Duration lifetime;
    private final InstantSource clock;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<String> given = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    /**
     * What somebody asked.
     *
     * @param target path and query, decoded
     * @param metadata value of the header that the metadata service wants
     * @param form the body, decoded
     */
    public record Asked(String target, String metadata, String form) {}

    private TokenService(HttpsServer server, Duration lifetime, InstantSource clock) {
        this.server = server;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /**
     * Starts on loopback.
     *
     * @param certificate of the server
     * @param lifetime of the tokens
     * @param clock by which they expire
     * @return a running service
     * @throws IOException if it cannot listen
     */
    public static TokenService start(LoopbackCertificate certificate, Duration lifetime, InstantSource clock)
            throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        TokenService service = new TokenService(server, lifetime, clock);
        server.setExecutor(service.executor);
        server.createContext("/", service::answer);
        server.start();
        return service;
    }

    /**
     * Where it listens, to be used as authority.
     *
     * @return an https URL
     */
    public String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /**
     * What was asked so far.
     *
     * @return in order
     */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /**
     * The tokens given so far.
     *
     * @return in order
     */
    public List<String> given() {
        return List.copyOf(given);
    }

    /**
     * From now on answers with this status; with tokens only if it is 200.
     *
     * @param wanted an HTTP status
     */
    public void answerWith(int wanted) {
        status = wanted;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String form = decode(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String target = decode(exchange.getRequestURI().toString());
        String metadata = exchange.getRequestHeaders().getFirst("Metadata");
        asked.add(new Asked(target, metadata == null ? "" : metadata, form));
        String body =
                status == 200 ? token(target + form) : "{\"error\":\"server_error\",\"error_description\":\"told so\"}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private String token(String request) {
        long now = clock.instant().getEpochSecond();
        long expiry = now + lifetime.toSeconds();
        String audience = request.contains("vault.azure.net") ? "https://vault.azure.net" : "https://storage.azure.com";
        String claims = String.format(
                Locale.ROOT,
                "{\"aud\":\"%s\",\"iss\":\"https://sts.windows.net/%s/\",\"tid\":\"%s\",\"oid\":\"%s\","
                        + "\"iat\":%d,\"nbf\":%d,\"exp\":%d,\"jti\":\"%s\"}",
                audience,
                TENANT,
                TENANT,
                TENANT,
                now,
                now,
                expiry,
                UUID.randomUUID());
        String token = base64("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + base64(claims) + ".c2lnbmF0dXJl";
        given.add(token);
        return String.format(
                Locale.ROOT,
                "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":\"%d\",\"expires_on\":\"%d\",\"resource\":\"%s\"}",
                token,
                lifetime.toSeconds(),
                expiry,
                audience);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
