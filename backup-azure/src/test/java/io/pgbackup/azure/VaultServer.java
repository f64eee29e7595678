package io.pgbackup.azure;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
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
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** Keys of a vault over HTTPS: challenges who brings no token, and really wraps, with RSA or AES keys in versions that can be disabled. */
final class VaultServer implements AutoCloseable {
    private static final Pattern PATH =
            Pattern.compile("/keys/([A-Za-z0-9-]+)/(?:([0-9a-f]{32})/)?(wrapkey|unwrapkey)");

    private static final List<KeyPair> PAIRS = new ArrayList<>();

    private final HttpsServer server;
    private final TokenService tokens;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<Version>> keys = new ConcurrentHashMap<>();
    private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private volatile String resource = "https://vault.azure.net";
    private volatile int challenge = 401;
    private volatile int unauthorized;
    private int pairs;

    /** One version of a key; RSA if there is a pair. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Version(String id, Optional<KeyPair> pair, byte[] aes) {}

    private record Refusal(int status, String code, String inner) {}

    VaultServer(LoopbackCertificate certificate, TokenService tokens) throws IOException {
        this.tokens = tokens;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /** A new version of an RSA key, which no other version of this server has. */
    void rotate(String name) throws GeneralSecurityException {
        versions(name).add(new Version(newId(), Optional.of(pair(pairs++)), new byte[0]));
    }

    /** To draw a pair takes up to a second: servers share them. */
    private static KeyPair pair(int number) throws GeneralSecurityException {
        synchronized (PAIRS) {
            while (PAIRS.size() <= number) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                PAIRS.add(generator.generateKeyPair());
            }
            return PAIRS.get(number);
        }
    }

    void rotateSymmetric(String name) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        versions(name).add(new Version(newId(), Optional.empty(), key));
    }

    private List<Version> versions(String name) {
        return keys.computeIfAbsent(name, ignored -> new CopyOnWriteArrayList<>());
    }

    private static String newId() {
        byte[] id = new byte[16];
        new SecureRandom().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    void disableOld(String name) {
        List<Version> versions = versions(name);
        versions.subList(0, versions.size() - 1).forEach(version -> disabled.add(version.id()));
    }

    void refuse(String name, int status, String code, String inner) {
        refusals.put(name, new Refusal(status, code, inner));
    }

    void resource(String wanted) {
        resource = wanted;
    }

    /** From now on whoever brings no token gets this status. */
    void insteadOfChallenge(int status) {
        challenge = status;
    }

    /** Requests that came with a token. */
    List<String> paths() {
        return paths;
    }

    int unauthorized() {
        return unauthorized;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (authorization == null || !tokens.given().contains(authorization.replace("Bearer ", ""))) {
                unauthorized++;
                if (body.length > 0) {
                    throw new IOException("something was told to a server that had not said who it is");
                }
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer authorization=\"" + tokens.url() + "/" + TokenService.TENANT + "\", resource=\""
                                        + resource + "\"");
                error(exchange, challenge, challenge == 400 ? "BadParameter" : "Unauthorized", "");
                return;
            }
            paths.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            answer(exchange, new String(body, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private void answer(HttpExchange exchange, String body) throws IOException, GeneralSecurityException {
        Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
        boolean right = exchange.getRequestMethod().equals("POST")
                && "api-version=7.4".equals(exchange.getRequestURI().getQuery())
                && path.matches();
        if (!right) {
            error(exchange, 400, "BadParameter", "");
            return;
        }
        String name = path.group(1);
        if (refusals.containsKey(name)) {
            Refusal refusal = refusals.get(name);
            error(exchange, refusal.status(), refusal.code(), refusal.inner());
            return;
        }
        List<Version> versions = new ArrayList<>(keys.getOrDefault(name, List.of()));
        Optional<String> wanted = Optional.ofNullable(path.group(2));
        versions.removeIf(version -> wanted.isPresent() && !version.id().equals(wanted.get()));
        if (versions.isEmpty()) {
            error(exchange, 404, "KeyNotFound", "");
            return;
        }
        Version version = versions.get(versions.size() - 1);
        if (disabled.contains(version.id())) {
            error(exchange, 403, "Forbidden", "KeyDisabled");
            return;
        }
        Map<?, ?> asked;
        try (JsonReader reader = JsonProviders.createReader(body)) {
            asked = (Map<?, ?>) reader.readUntyped();
        }
        String algorithm = version.pair().isEmpty() ? "A256KW" : "RSA-OAEP-256";
        if (!algorithm.equals(asked.get("alg"))) {
            error(exchange, 400, "BadParameter", "");
            return;
        }
        byte[] value = Base64.getUrlDecoder().decode((String) asked.get("value"));
        byte[] result;
        try {
            result = path.group(3).equals("wrapkey") ? wrapped(version, value) : unwrapped(version, value);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            error(exchange, 400, "BadParameter", "");
            return;
        }
        reply(
                exchange,
                200,
                "{\"kid\":\"" + url() + "/keys/" + name + "/" + version.id() + "\",\"value\":\""
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(result) + "\"}");
    }

    private static byte[] wrapped(Version version, byte[] value) throws GeneralSecurityException {
        if (version.pair().isEmpty()) {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(version.aes(), "AES"));
            return cipher.wrap(new SecretKeySpec(value, "AES"));
        }
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, version.pair().get().getPublic(), oaep());
        return cipher.doFinal(value);
    }

    private static byte[] unwrapped(Version version, byte[] value) throws GeneralSecurityException {
        if (version.pair().isEmpty()) {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(version.aes(), "AES"));
            return cipher.unwrap(value, "AES", Cipher.SECRET_KEY).getEncoded();
        }
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.DECRYPT_MODE, version.pair().get().getPrivate(), oaep());
        return cipher.doFinal(value);
    }

    private static OAEPParameterSpec oaep() {
        return new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
    }

    private static void error(HttpExchange exchange, int status, String code, String inner) throws IOException {
        String detail = inner.isEmpty() ? "" : ",\"innererror\":{\"code\":\"" + inner + "\"}";
        reply(exchange, status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"as planned\"" + detail + "}}");
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("x-ms-request-id", "request-7");
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
