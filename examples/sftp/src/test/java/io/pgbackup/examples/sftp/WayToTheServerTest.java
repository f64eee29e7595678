package io.pgbackup.examples.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.sftp.Sftp;
import io.pgbackup.sftp.testkit.Keys;
import io.pgbackup.sftp.testkit.SshServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check()} says at which step the way to a server of files ends, before servers that fail at that step. */
class WayToTheServerTest {
    private static SshServer server;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws IOException {
        server = SshServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private List<Item> check(String location, Sftp settings) {
        Repository repository = Repository.at(location)
                .with(settings.connectTimeout(Duration.ofSeconds(2)))
                .unencrypted()
                .named("vault")
                .build();
        Cluster cluster = Cluster.named("main")
                .at(directory)
                .connectedBy(PgConnection.socket(directory, 5432, "postgres").user("nobody"))
                .build();
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            return pg.check().items().stream()
                    .filter(item -> item.subject().startsWith("repository"))
                    .toList();
        }
    }

    private static Item failedAt(String step, List<Item> items) {
        assertThat(items).singleElement().satisfies(item -> {
            assertThat(item.subject()).as(item.message()).isEqualTo("repository vault: " + step);
            assertThat(item.passed()).isFalse();
        });
        return items.get(0);
    }

    private static String at(int port) {
        return "sftp://somebody@127.0.0.1:" + port + "/vault";
    }

    private static Sftp trusting() {
        return Sftp.privateKey(server.clientKey()).withoutHostKeyCheck();
    }

    private Path known(Path hostKey) throws IOException {
        return Files.writeString(
                directory.resolve("known_hosts"),
                "[127.0.0.1]:" + server.port() + " " + Files.readString(Keys.publicKey(hostKey)));
    }

    @Test
    void aPortWhereNobodyListens() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        Item item = failedAt("connection", check(at(port), trusting()));

        assertThat(item.message()).contains("nothing answers at 127.0.0.1 port " + port);
    }

    @Test
    void aServerThatAcceptsAndSaysNothing() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Item item = failedAt("encryption", check(at(mute.getLocalPort()), trusting()));

            assertThat(item.message()).contains("accepted", "no SSH server");
            assertThat(item.remedy()).contains("SSH");
        }
    }

    @Test
    void aServerThatSpeaksSomethingElse() throws Exception {
        try (ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> refuse(web), "no SSH");
            thread.setDaemon(true);
            thread.start();

            failedAt("encryption", check(at(web.getLocalPort()), trusting()));
        }
    }

    private static void refuse(ServerSocket web) {
        while (!web.isClosed()) {
            try (Socket client = web.accept()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The next one.
            }
        }
    }

    @Test
    void aServerWithWhichNoAlgorithmIsShared() throws Exception {
        try (SshServer old = new SshServer.Setup().line("Ciphers aes128-cbc").start()) {
            Item item = failedAt(
                    "encryption",
                    check(
                            old.location("vault"),
                            Sftp.privateKey(old.clientKey()).withoutHostKeyCheck()));

            assertThat(item.message()).contains("the server offered", "aes128-cbc");
        }
    }

    @Test
    void aServerWithAnotherKey() throws Exception {
        Path other = Keys.make(directory, "ed25519", "");

        Item known = failedAt(
                "host key",
                check(
                        server.location("vault"),
                        Sftp.privateKey(server.clientKey()).knownHosts(known(other))));
        Item pinned = failedAt(
                "host key",
                check(
                        server.location("vault"),
                        Sftp.privateKey(server.clientKey()).pinnedHostKey(Keys.fingerprint(other))));

        for (Item item : List.of(known, pinned)) {
            assertThat(item.message())
                    .contains("NOT the key expected", Keys.fingerprint(server.hostKey()), Keys.fingerprint(other));
            assertThat(item.remedy()).contains("compare the key");
        }
    }

    @Test
    void aServerThatNobodyKnowsAndAFileOfKnownOnesThatCannotBeRead() throws Exception {
        Sftp login = Sftp.privateKey(server.clientKey());

        Item unknown =
                failedAt("host key", check(server.location("vault"), login.knownHosts(directory.resolve("absent"))));
        Item unreadable = failedAt("host key", check(server.location("vault"), login.knownHosts(directory)));

        assertThat(unknown.message()).contains("is not in", Keys.fingerprint(server.hostKey()));
        assertThat(unreadable.message()).contains("cannot read the known host keys");
    }

    @Test
    void aLoginThatIsRefused() throws Exception {
        Sftp stranger = Sftp.privateKey(Keys.make(directory, "ed25519", "")).withoutHostKeyCheck();
        Sftp withoutFile = Sftp.privateKey(directory.resolve("absent")).withoutHostKeyCheck();
        Sftp password = Sftp.password(SecretSource.value("wrong".toCharArray())).withoutHostKeyCheck();

        assertThat(failedAt("authentication", check(server.location("vault"), stranger))
                        .message())
                .contains("the login was refused");
        assertThat(failedAt("authentication", check(server.location("vault"), withoutFile))
                        .message())
                .contains("absent");
        failedAt("authentication", check(server.location("vault"), password));
    }

    @Test
    void aDirectoryThatMayNotBeEntered() throws Exception {
        String name = "closed-" + UUID.randomUUID();
        Path closed = Files.createDirectory(
                server.uploads().resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));

        List<Item> items = check(server.location(name), trusting());

        assertThat(items)
                .as(items.toString())
                .extracting(Item::subject)
                .containsExactly("repository vault: authorisation", "repository vault: permissions");
        assertThat(items.get(1).message()).startsWith("list: no, create: no");
        assertThat(closed).isDirectory();
    }
}
