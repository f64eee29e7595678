package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code check()} says at which step the way to a store ends, for each provider, before servers that fail at that step. */
class WayToTheStoreTest {
    private static final String OURS = "dns:localhost";

    @TempDir
    private static Path directory;

    private static Certificates certificates;
    private static SSLContext good;
    private static SSLContext expired;
    private static SSLContext other;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(directory);
        good = certificates.server("good", OURS, "-1d", 3);
        expired = certificates.server("expired", OURS, "-10d", 2);
        other = certificates.server("other", "dns:store.example", "-1d", 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs", "sftp"})
    void aNameWithoutAnAddress(String scheme) throws Exception {
        assertFailedAt(check(scheme, "no-such-host.invalid", 443, true), "name of the host", "spelling");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs", "sftp"})
    void aPortWhereNobodyListens(String scheme) throws Exception {
        assertFailedAt(check(scheme, "localhost", closedPort(), true), "connection", "firewall");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void anAuthorityThatIsNotTrusted(String scheme) throws Exception {
        try (Server server = new Server(good, 200, "", "")) {
            assertFailedAt(
                    check(scheme, "localhost", server.port(), false), "TLS, authority of the certificate", "your own");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aCertificateOfYesterday(String scheme) throws Exception {
        try (Server server = new Server(expired, 200, "", "")) {
            assertFailedAt(check(scheme, "localhost", server.port(), true), "TLS, time of the certificate", "renew");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aCertificateOfAnotherHost(String scheme) throws Exception {
        try (Server server = new Server(other, 200, "", "")) {
            assertFailedAt(
                    check(scheme, "localhost", server.port(), true), "TLS, host of the certificate", "another host");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void credentialsThatAreNotKnown(String scheme) throws Exception {
        int status = scheme.equals("gs") ? 401 : 403;
        String code = scheme.equals("azure") ? "AuthenticationFailed" : "InvalidAccessKeyId";
        try (Server server = new Server(good, status, code, scheme)) {
            assertFailedAt(check(scheme, "localhost", server.port(), true), "authentication", "expired");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void credentialsThatMayDoNothing(String scheme) throws Exception {
        String code = scheme.equals("azure") ? "AuthorizationPermissionMismatch" : "AccessDenied";
        try (Server server = new Server(good, 403, code, scheme)) {
            List<Item> items = check(scheme, "localhost", server.port(), true);

            assertThat(items)
                    .extracting(Item::subject)
                    .containsExactly("repository main: authorisation", "repository main: permissions");
            assertThat(items.get(1).message()).startsWith("list: no, create: no, look: no, read: no");
            assertThat(items.get(1).remedy()).contains("list, create, look, read");
        }
    }

    @Test
    void aServerThatDoesNotSpeakTls() throws Exception {
        try (GatewayWithoutTls plain = new GatewayWithoutTls()) {
            assertFailedAt(check("s3", "localhost", plain.port(), true), "encryption", "speaks TLS");
        }
    }

    private static void assertFailedAt(List<Item> items, String step, String remedy) {
        assertThat(items).singleElement().satisfies(item -> {
            assertThat(item.subject()).as(item.message()).isEqualTo("repository main: " + step);
            assertThat(item.passed()).isFalse();
            assertThat(item.remedy()).contains(remedy);
        });
    }

    private static List<Item> check(String scheme, String host, int port, boolean trusting) throws Exception {
        Repository repository = Repository.from(settings(scheme, host, port, trusting));
        Cluster cluster = Cluster.from(Map.of(
                "name",
                "main",
                "data-directory",
                directory.toString(),
                "socket-directory",
                directory.toString(),
                "user",
                "nobody"));
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            return pg.check().items().stream()
                    .filter(item -> item.subject().startsWith("repository"))
                    .toList();
        }
    }

    private static Map<String, String> settings(String scheme, String host, int port, boolean trusting)
            throws IOException {
        String endpoint = "https://" + host + ":" + port;
        Path secret = Files.writeString(directory.resolve("secret-" + UUID.randomUUID()), "c2VjcmV0");
        Map<String, String> settings = new HashMap<>(Map.of("unencrypted", "true", "name", "main"));
        Map<String, String> authorities = Map.of(
                "s3",
                "s3.certificate-authority",
                "azure",
                "azure.trusted-certificates",
                "gs",
                "gs.certificate-authorities");
        if (trusting && authorities.containsKey(scheme)) {
            settings.put(authorities.get(scheme), certificates.authority().toString());
        }
        switch (scheme) {
            case "s3" -> {
                settings.put("location", "s3://backups/path");
                settings.put("s3.endpoint", endpoint);
                settings.put("s3.access-key-id", "id");
                settings.put("s3.secret-access-key", "file:" + secret);
            }
            case "azure" -> {
                settings.put("location", "azure:" + endpoint + "/account/backups/path");
                settings.put("azure.account-key", "file:" + secret);
            }
            case "gs" -> {
                settings.put("location", "gs://backups/path");
                settings.put("gs.anonymous", "true");
                settings.put("gs.endpoint", endpoint);
            }
            default -> {
                settings.put("location", "sftp://somebody@" + host + ":" + port + "/path");
                settings.put("sftp.password", "file:" + secret);
                settings.put("sftp.host-key-check", "none");
            }
        }
        return settings;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Answers every request with the same refusal, in the words of its kind of store. */
    private static final class Server implements AutoCloseable {
        private final HttpsServer server;
        private final int status;
        private final String code;
        private final String scheme;

        Server(SSLContext tls, int status, String code, String scheme) throws IOException {
            this.status = status;
            this.code = code;
            this.scheme = scheme;
            this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            server.createContext("/", this::refuse);
            server.start();
        }

        int port() {
            return server.getAddress().getPort();
        }

        private void refuse(HttpExchange exchange) throws IOException {
            exchange.getRequestBody().readAllBytes();
            boolean json = scheme.equals("gs");
            String body = json
                    ? "{\"error\":{\"code\":" + status + ",\"message\":\"no\",\"errors\":[{\"reason\":\"forbidden\"}]}}"
                    : "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>";
            exchange.getResponseHeaders().add("Content-Type", json ? "application/json" : "application/xml");
            exchange.getResponseHeaders().add("x-ms-error-code", code);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    /** Speaks, but no TLS. */
    private static final class GatewayWithoutTls implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("localhost"));

        GatewayWithoutTls() throws IOException {
            Thread thread = new Thread(this::speak, "without TLS");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void speak() {
            while (!socket.isClosed()) {
                try (var client = socket.accept()) {
                    client.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    client.shutdownOutput();
                    client.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // The next one.
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
