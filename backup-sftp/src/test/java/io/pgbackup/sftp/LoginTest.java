package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.SecretSource;
import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.Keys;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.StorageDeniedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to log in, on an OpenSSH server. */
class LoginTest {
    private static final String PASSPHRASE = UUID.randomUUID().toString();
    private static final String PASSWORD = UUID.randomUUID().toString();

    private static SshServer server;
    private static String fingerprint;

    @BeforeAll
    static void start() throws IOException {
        SshServer.Setup setup = new SshServer.Setup();
        // The first value of a setting counts.
        server = Commands.isRoot() ? setup.line("PasswordAuthentication yes").start() : setup.start();
        fingerprint = Keys.fingerprint(server.hostKey());
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private static String roundTrip(Sftp settings) throws Exception {
        return Objects.roundTrip(server.location("login"), settings.pinnedHostKey(fingerprint));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void aPrivateKeyWithoutPassphrase(String type) throws Exception {
        Path directory = Files.createDirectory(server.scratch().resolve("plain-" + type));
        Path key = Keys.make(directory, type, "");
        server.authorize(key);

        assertThat(roundTrip(Sftp.privateKey(key))).isEqualTo("stored");
        // A key that is given with its public one, as some tools want it.
        assertThat(roundTrip(Sftp.privateKey(key).publicKey(Keys.publicKey(key))))
                .isEqualTo("stored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void aPrivateKeyWithPassphrase(String type) throws Exception {
        Path directory = Files.createDirectory(server.scratch().resolve("encrypted-" + type));
        Path key = Keys.make(directory, type, PASSPHRASE);
        server.authorize(key);

        Sftp settings = Sftp.privateKey(key);

        assertThat(roundTrip(settings.passphrase(SecretSource.value(PASSPHRASE.toCharArray()))))
                .isEqualTo("stored");
        assertRefused("no passphrase", settings);
        assertRefused("does not fit", settings.passphrase(SecretSource.value("wrong".toCharArray())));
    }

    @Test
    void aKeyThatTheServerDoesNotKnowIsDeniedWithoutShowingIt() throws Exception {
        Path directory = Files.createDirectory(server.scratch().resolve("stranger"));

        assertRefused("login was refused", Sftp.privateKey(Keys.make(directory, "ed25519", "")));
    }

    @Test
    void aKeyThatIsNoneIsDenied() {
        assertRefused("private key cannot be read", Sftp.privateKey(SecretSource.value("no key".toCharArray())));
    }

    @Test
    void aKeyFileThatIsNotThereIsDeniedWithItsName() {
        assertRefused("/nowhere/key", Sftp.privateKey(Path.of("/nowhere/key")));
    }

    @Test
    void aRotatedKeyIsReadForTheNextConnection() throws Exception {
        Path directory = Files.createDirectory(server.scratch().resolve("rotated"));
        Path file = directory.resolve("key");
        Files.writeString(file, "not there yet");
        Sftp settings = Sftp.privateKey(file).pinnedHostKey(fingerprint);
        try (var storage = Objects.open(server.location("login"), settings)) {
            assertThatThrownBy(() -> Objects.put(storage, "rotated/object", "x"))
                    .isInstanceOf(StorageDeniedException.class);

            Files.copy(server.clientKey(), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

            Objects.put(storage, "rotated/object", "x");
        }
    }

    @Test
    void aPassword() throws Exception {
        assumeTrue(Commands.isRoot(), "only root can make an account with a password");
        server.setPassword(PASSWORD);

        assertThat(roundTrip(Sftp.password(SecretSource.value(PASSWORD.toCharArray()))))
                .isEqualTo("stored");
        assertRefused("login was refused", Sftp.password(SecretSource.value("wrong".toCharArray())));
    }

    @Test
    void anAgent() throws Exception {
        Commands.require("ssh-agent", "openssh-client");
        try (SshAgent agent = SshAgent.start()) {
            agent.add(server.clientKey());

            String output = agent.run(AgentLogin.class, server.location("login"), fingerprint);

            assertThat(output).contains("stored");
        }
    }

    @Test
    void noAgentIsDenied() {
        assumeTrue(System.getenv("SSH_AUTH_SOCK") == null, "an agent is running");

        assertRefused("agent", Sftp.agent());
    }

    private static void assertRefused(String because, Sftp settings) {
        assertThatThrownBy(() -> roundTrip(settings))
                .isInstanceOf(StorageDeniedException.class)
                .satisfies(failure -> {
                    StringWriter trace = new StringWriter();
                    failure.printStackTrace(new PrintWriter(trace));
                    assertThat(trace.toString())
                            .containsIgnoringCase(because)
                            .doesNotContain(PASSPHRASE)
                            .doesNotContain(PASSWORD)
                            .doesNotContain("PRIVATE KEY");
                });
        assertThat(settings.toString()).doesNotContain(PASSPHRASE).doesNotContain(PASSWORD);
    }
}
