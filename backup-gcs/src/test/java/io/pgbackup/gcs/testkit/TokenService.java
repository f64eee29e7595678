package io.pgbackup.gcs.testkit;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives tokens as Google's services do: the metadata server, the exchange of a signed assertion, the exchange of another provider's token, and
 * impersonation. What it gave is good for a number of seconds, by the system's clock.
 */
public final class TokenService implements AutoCloseable {
    private static final String METADATA = "/computeMetadata/v1/instance/service-accounts/default/token";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Reply> plans = new ConcurrentLinkedQueue<>();
    private volatile int seconds = 3600;
    private volatile Optional<PublicKey> assertionKey = Optional.empty();
    private volatile String subjectToken = "";

    private TokenService(@Nullable SSLContext tls) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls == null) {
                server = HttpServer.create(address, 0);
            } else {
                HttpsServer https = HttpsServer.create(address, 0);
                https.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = https;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts a service.
     *
     * @return a running service
     */
    public static TokenService start() {
        return new TokenService(null);
    }

    /**
     * Starts a service that speaks TLS.
     *
     * @param tls its certificate and key
     * @return a running service
     */
    public static TokenService startTls(SSLContext tls) {
        return new TokenService(tls);
    }

    /**
     * The base URL.
     *
     * @return scheme, host and port
     */
    public URI url() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort());
    }

    /**
     * Gives tokens of another life from now on.
     *
     * @param wanted seconds
     */
    public void lifeOfTokens(int wanted) {
        seconds = wanted;
    }

    /**
     * Takes assertions that this key proves.
     *
     * @param key of the service account
     */
    public void takeAssertionsOf(PublicKey key) {
        assertionKey = Optional.of(key);
    }

    /**
     * Takes this token of another provider.
     *
     * @param token what is exchanged
     */
    public void takeSubjectToken(String token) {
        subjectToken = token;
    }

    /**
     * Answers the next request otherwise; plans queue up.
     *
     * @param reply the answer
     */
    public void plan(Reply reply) {
        plans.add(reply);
    }

    /**
     * Whether a token is one of this service and still good.
     *
     * @param token any token
     * @return true if so
     */
    public boolean isGood(String token) {
        return Instant.now().isBefore(tokens.getOrDefault(token, Instant.MIN));
    }

    /** Makes every token so far useless. */
    public void revokeAll() {
        tokens.clear();
    }

    /**
     * The requests so far.
     *
     * @return their paths
     */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().getPath();
            requests.add(path);
            Reply plan = plans.poll();
            Reply reply = plan == null ? answer(exchange, path, body) : plan;
            exchange.getResponseHeaders().set("Metadata-Flavor", "Google");
            reply.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private Reply answer(HttpExchange exchange, String path, String body) {
        if (path.equals("/")) {
            return Reply.text(200, "here");
        }
        if (path.equals(METADATA)) {
            return "Google".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"))
                    ? token("access_token")
                    : Reply.text(403, "Missing Metadata-Flavor:Google header.");
        }
        if (path.endsWith(":generateAccessToken")) {
            String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            return isGood(authorization.replace("Bearer ", ""))
                    ? token("accessToken")
                    : Reply.error(401, "authError", "Invalid Credentials");
        }
        Map<String, String> form = form(body);
        return switch (form.getOrDefault("grant_type", "")) {
            case "urn:ietf:params:oauth:grant-type:jwt-bearer" -> assertion(form.getOrDefault("assertion", ""));
            case "urn:ietf:params:oauth:grant-type:token-exchange" -> exchange(form);
            default -> oauthError("unsupported_grant_type");
        };
    }

    private Reply exchange(Map<String, String> form) {
        return !subjectToken.isEmpty() && subjectToken.equals(form.get("subject_token"))
                ? token("access_token")
                : oauthError("invalid_grant");
    }

    private Reply assertion(String assertion) {
        String[] parts = assertion.split("\\.");
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(assertionKey.orElseThrow());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            JsonObject claims = JsonParser.parseString(
                            new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            boolean good = signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    && claims.get("scope").getAsString().contains("devstorage")
                    && claims.get("exp").getAsLong() > Instant.now().getEpochSecond();
            return good ? token("access_token") : oauthError("invalid_grant");
        } catch (GeneralSecurityException | RuntimeException e) {
            return oauthError("invalid_request");
        }
    }

    private Reply token(String member) {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        String token = "ya29." + HexFormat.of().formatHex(bytes);
        Instant expiry = Instant.now().plusSeconds(seconds);
        tokens.put(token, expiry);
        JsonObject body = new JsonObject();
        body.addProperty(member, token);
        body.addProperty("expires_in", seconds);
        body.addProperty("token_type", "Bearer");
        body.addProperty("issued_token_type", "urn:ietf:params:oauth:token-type:access_token");
        body.addProperty(
                "expireTime",
                expiry.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
        return Reply.json(200, body);
    }

    private static Reply oauthError(String error) {
        JsonObject body = new JsonObject();
        body.addProperty("error", error);
        body.addProperty("error_description", "refused by the test");
        return Reply.json(400, body);
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new HashMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return form;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
