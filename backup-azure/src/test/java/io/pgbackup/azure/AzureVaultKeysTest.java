package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Secret;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is the vault's own: the challenge, versions, permissions, names, and what each answer means. */
class AzureVaultKeysTest {
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    @TempDir
    private static Path directory;

    private static LoopbackCertificate certificate;
    private VaultServer server;
    private TokenService tokens;

    @BeforeAll
    static void certify() throws Exception {
        certificate = LoopbackCertificate.in(directory);
    }

    @BeforeEach
    void start() throws Exception {
        tokens = TokenService.start(certificate, Duration.ofHours(1), InstantSource.system());
        server = new VaultServer(certificate, tokens);
        server.rotate("backup");
    }

    @AfterEach
    void end() {
        server.close();
        tokens.close();
    }

    private AzureKeyVault somewhere() {
        AzureIdentity identity = AzureIdentity.clientSecret(TokenService.TENANT, "client", secret("secret"))
                .authority(tokens.url());
        return AzureKeyVault.at(server.url(), identity).trustedCertificates(certificate.certificate());
    }

    private KeyWrapper key() {
        return somewhere().anywhere().key("backup");
    }

    private static WrappedKey wrapped(KeyWrapper wrapper) throws KeyServiceException {
        try (Secret plain = Secret.of(new byte[32])) {
            return wrapper.wrap(plain, SLOT);
        }
    }

    private static KeyServiceException failure(KeyWrapper wrapper) {
        return catchThrowableOfType(KeyServiceException.class, () -> wrapped(wrapper));
    }

    @Test
    void nothingIsToldBeforeTheChallengeAndNothingButWrapAndUnwrapIsAsked() throws Exception {
        WrappedKey wrapped = wrapped(key());
        key().unwrap(wrapped, SLOT);

        String version = wrapped.wrappedBy().substring(wrapped.wrappedBy().lastIndexOf('/') + 1);
        assertThat(server.unauthorized()).isEqualTo(2);
        assertThat(server.paths())
                .containsExactly(
                        "POST /keys/backup/wrapkey?api-version=7.4",
                        "POST /keys/backup/" + version + "/unwrapkey?api-version=7.4");
        assertThat(tokens.asked())
                .extracting(TokenService.Asked::form)
                .allMatch(form -> form.contains("https://vault.azure.net/.default"));
    }

    @Test
    void theSlotKeepsTheVersionAndTheNewestWrapsNext() throws Exception {
        WrappedKey before = wrapped(key());
        server.rotate("backup");
        WrappedKey after = wrapped(key());

        assertThat(before.wrappedBy()).matches(server.url() + "/keys/backup/[0-9a-f]{32}");
        assertThat(after.wrappedBy()).matches(server.url() + "/keys/backup/[0-9a-f]{32}");
        assertThat(after.wrappedBy()).isNotEqualTo(before.wrappedBy());
        assertThat(key().unwrap(before, SLOT)).isPresent();
    }

    @Test
    void aVaultThatIsNotOfAzureGetsNoTokenUnlessATestSaysSo() {
        KeyServiceException failure = failure(somewhere().key("backup"));

        assertThat(failure.reason()).isEqualTo(Reason.FAULT);
        assertThat(failure).hasMessageContaining("vault.azure.net");
        assertThat(tokens.given()).isEmpty();
    }

    @Test
    void aVaultThatWasMovedIsAskedForTheVersionThatItBrought() throws Exception {
        WrappedKey wrapped = wrapped(key());
        String moved = wrapped.wrappedBy().replace(server.url(), "https://former.vault.azure.net");

        assertThat(key().unwrap(WrappedKey.of(moved, wrapped.bytes()), SLOT)).isPresent();
        String foreign = moved.substring(0, moved.lastIndexOf('/') + 1) + "0".repeat(32);
        assertThat(key().unwrap(WrappedKey.of(foreign, wrapped.bytes()), SLOT)).isEmpty();
    }

    @Test
    void keysOfOtherNamesAreNotEvenAskedFor() throws Exception {
        WrappedKey wrapped = wrapped(key());
        int before = server.paths().size();

        assertThat(somewhere().anywhere().key("other").unwrap(wrapped, SLOT)).isEmpty();

        assertThat(server.paths()).hasSize(before);
    }

    @Test
    void whatEachAnswerMeans() {
        assertReason(Reason.DENIED, 403, "Forbidden", "AccessDenied");
        assertReason(Reason.DENIED, 401, "Unauthorized", "");
        assertReason(Reason.KEY_UNUSABLE, 403, "Forbidden", "KeyNotYetValid");
        assertReason(Reason.KEY_UNUSABLE, 409, "ObjectIsDeletedButRecoverable", "");
        assertReason(Reason.UNAVAILABLE, 503, "ServiceUnavailable", "");
        assertReason(Reason.UNAVAILABLE, 404, "", "");
        assertReason(Reason.FAULT, 400, "BadParameter", "");
        assertReason(Reason.FAULT, 409, "Conflict", "");
    }

    private void assertReason(Reason reason, int status, String code, String inner) {
        server.refuse("backup", status, code, inner);
        KeyServiceException failure = failure(key());
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
        assertThat(failure).hasMessageContaining("backup").hasMessageContaining(server.url());
    }

    @Test
    void whatIsNoChallengeSaysNothingAboutTheKey() throws Exception {
        WrappedKey wrapped = wrapped(key());
        for (int status : new int[] {200, 302, 400, 404, 502}) {
            server.insteadOfChallenge(status);

            KeyServiceException failure =
                    catchThrowableOfType(KeyServiceException.class, () -> key().unwrap(wrapped, SLOT));

            assertThat(failure).as("status %s", status).isNotNull();
            assertThat(failure.reason()).isIn(Reason.UNAVAILABLE, Reason.FAULT);
        }
    }

    @Test
    void aTokenServiceThatIsDownIsUnavailableAndOneThatRefusesIsDenied() {
        tokens.answerWith(503);
        assertThat(failure(key()).reason()).isEqualTo(Reason.UNAVAILABLE);
        tokens.answerWith(400);
        assertThat(failure(key()).reason()).isEqualTo(Reason.DENIED);
    }

    @Test
    void namesThatNoKeyCanHaveAreRefusedAtOnce() {
        for (String name : List.of("", "a/b", "a_b", "a?b")) {
            assertThatThrownBy(() -> somewhere().key(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(somewhere().key("backup").key()).isEqualTo(server.url() + "/keys/backup");
        assertThat(somewhere().key("backup")).hasToString("VaultKey[" + server.url() + "/keys/backup]");
    }
}
