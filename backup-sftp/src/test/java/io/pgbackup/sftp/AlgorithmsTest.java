package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.StorageFaultException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlgorithmsTest {

    @Test
    void nothingWeakIsOfferedAndTheFastestCipherComesFirst() throws Exception {
        Session session = new JSch().getSession("user", "localhost");

        Algorithms.restrict(session, List.of());

        for (String setting : List.of("kex", "server_host_key", "PubkeyAcceptedAlgorithms", "mac.c2s", "mac.s2c")) {
            assertThat(session.getConfig(setting).split(",")).isNotEmpty().noneMatch(Algorithms::isWeak);
            assertThat(session.getConfig(setting)).doesNotContain("sha1").doesNotContain("dss");
        }
        assertThat(session.getConfig("server_host_key").split(",")).doesNotContain("ssh-rsa");
        assertThat(session.getConfig("cipher.c2s")).startsWith("aes128-gcm").doesNotContain("cbc");
    }

    @ParameterizedTest
    @CsvSource({
        "HostKeyAlgorithms=ssh-rsa,rsa,ssh-rsa,ssh-rsa",
        "KexAlgorithms=diffie-hellman-group14-sha1,ed25519,diffie-hellman-group14-sha1,diffie-hellman-group14-sha1",
        "Ciphers=aes256-cbc,ed25519,aes256-cbc,aes256-cbc",
        "MACs=hmac-sha1,ed25519,hmac-sha1,hmac-sha1"
    })
    void aServerWithOldAlgorithmsAloneIsRefusedByNameAndAcceptedOnlyByName(
            String line, String hostKey, String offered, String accepted) throws Exception {
        SshServer.Setup setup = new SshServer.Setup().hostKey(hostKey).line(line.replace('=', ' '));
        if (line.startsWith("MACs")) {
            setup.line("Ciphers aes256-ctr");
        }
        try (SshServer server = setup.start()) {
            String location = server.location("old");

            assertThatThrownBy(() -> Objects.roundTrip(location, server.settings()))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("the server offered")
                    .hasMessageContaining(offered)
                    .hasMessageContaining("alsoAccepting");
            assertThat(Objects.roundTrip(location, server.settings().alsoAccepting(accepted)))
                    .isEqualTo("stored");
        }
    }

    @ParameterizedTest
    @CsvSource({"rsa", "ecdsa", "ed25519"})
    void everyModernHostKeyWillDo(String type) throws Exception {
        try (SshServer server = new SshServer.Setup().hostKey(type).start()) {
            assertThat(Objects.roundTrip(server.location("modern"), server.settings()))
                    .isEqualTo("stored");
        }
    }

    @Test
    void aNameOfNoKindIsRefused() {
        assertThatThrownBy(() -> Sftp.agent().alsoAccepting("rot13")).isInstanceOf(IllegalArgumentException.class);
    }
}
