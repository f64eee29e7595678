package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.Keys;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.StorageDeniedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of a server's key, by every rule there is. */
class HostKeyTest {
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

    private static Sftp login() {
        return Sftp.privateKey(server.clientKey());
    }

    private static String roundTrip(Sftp settings) throws Exception {
        return Objects.roundTrip(server.location("hostkey"), settings);
    }

    private Path knownHosts(String name, Path key) throws IOException {
        String[] words = Files.readString(Keys.publicKey(key)).split(" ");
        return Files.writeString(directory.resolve("known_hosts"), name + " " + words[0] + " " + words[1] + "\n");
    }

    private String bracketed() {
        return "[127.0.0.1]:" + server.port();
    }

    @Test
    void aKnownKeyIsAccepted() throws Exception {
        assertThat(roundTrip(login().knownHosts(knownHosts(bracketed(), server.hostKey()))))
                .isEqualTo("stored");
    }

    @Test
    void aKnownKeyUnderAHashedNameIsAccepted() throws Exception {
        Path file = knownHosts(bracketed(), server.hostKey());
        Commands.run("ssh-keygen", "-H", "-f", file.toString());
        assertThat(Files.readString(file)).startsWith("|1|");

        assertThat(roundTrip(login().knownHosts(file))).isEqualTo("stored");
    }

    @Test
    void anUnknownServerIsRefusedWithItsFingerprint() throws Exception {
        Path file = knownHosts("[127.0.0.1]:1", server.hostKey());
        String fingerprint = Keys.fingerprint(server.hostKey());

        assertThatThrownBy(() -> roundTrip(login().knownHosts(file)))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining(fingerprint)
                .hasMessageContaining("is not in " + file);
        assertThat(Files.readString(file)).doesNotContain(bracketed());
    }

    @Test
    void aFileThatDoesNotExistKnowsNobody() {
        assertThatThrownBy(() -> roundTrip(login().knownHosts(directory.resolve("absent"))))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("is not in");
    }

    @Test
    void aChangedKeyIsRefused() throws Exception {
        Path other = Keys.make(directory, "ed25519", "");
        Path file = knownHosts(bracketed(), other);
        String before = Files.readString(file);

        for (Sftp settings : new Sftp[] {login().knownHosts(file), login().acceptNewHostKeys(file)}) {
            assertThatThrownBy(() -> roundTrip(settings))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("NOT the key expected")
                    .hasMessageContaining(Keys.fingerprint(other))
                    .hasMessageContaining(Keys.fingerprint(server.hostKey()));
        }
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void aKeyOfAnotherTypeDoesNotMakeAServerNew() throws Exception {
        Path file = knownHosts(bracketed(), Keys.make(directory, "ecdsa", ""));
        String before = Files.readString(file);

        assertThatThrownBy(() -> roundTrip(login().acceptNewHostKeys(file))).isInstanceOf(StorageDeniedException.class);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void aRevokedKeyIsRefused() throws Exception {
        Path file = knownHosts("@revoked " + bracketed(), server.hostKey());

        assertThatThrownBy(() -> roundTrip(login().knownHosts(file))).isInstanceOf(StorageDeniedException.class);
    }

    @Test
    void acceptNewAddsTheKeyOnceAndKnowsItThen() throws Exception {
        Path file = Files.writeString(directory.resolve("known_hosts"), "# a comment without end of line");

        assertThat(roundTrip(login().acceptNewHostKeys(file))).isEqualTo("stored");
        String after = Files.readString(file);
        assertThat(after).startsWith("# a comment without end of line\n").contains(bracketed());
        assertThat(roundTrip(login().acceptNewHostKeys(file))).isEqualTo("stored");
        assertThat(roundTrip(login().knownHosts(file))).isEqualTo("stored");
        assertThat(Files.readString(file)).isEqualTo(after);
    }

    @Test
    void aPinnedFingerprintIsEnough() throws Exception {
        String fingerprint = Keys.fingerprint(server.hostKey());

        assertThat(roundTrip(login().pinnedHostKey(fingerprint))).isEqualTo("stored");
    }

    @Test
    void anotherFingerprintIsRefused() throws Exception {
        Path other = Keys.make(directory, "ed25519", "");

        assertThatThrownBy(() -> roundTrip(login().pinnedHostKey(Keys.fingerprint(other))))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining(Keys.fingerprint(other))
                .hasMessageContaining(Keys.fingerprint(server.hostKey()));
    }

    @Test
    void aFingerprintThatIsNoSha256IsRefusedAtOnce() {
        for (String wrong : new String[] {"", "MD5:aa:bb", "SHA256:short", "SHA1:" + "A".repeat(27)}) {
            assertThatThrownBy(() -> login().pinnedHostKey(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void noCheckIsLoggedEveryTimeWithTheFingerprint() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(HostKeyCheck.class);
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        logger.addAppender(events);
        logger.setAdditive(false);
        try {
            assertThat(roundTrip(login().withoutHostKeyCheck())).isEqualTo("stored");
        } finally {
            logger.detachAppender(events);
            logger.setAdditive(true);
        }

        assertThat(events.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .contains("NOT checked")
                    .contains(Keys.fingerprint(server.hostKey()));
        });
    }
}
