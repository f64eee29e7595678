package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.CONTAINER;
import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of identity: its request is answered as the token service does, and its token opens the emulator over https. */
class IdentityServerTest {
    private static final String METADATA = "http://169.254.169.254";
    private static final String CLIENT = "99999999-8888-7777-6666-555555555555";

    @TempDir
    private static Path directory;

    private static LoopbackCertificate certificate;
    private static Azurite azurite;
    private TokenService tokens;
    private String location;

    @BeforeAll
    static void start() throws Exception {
        certificate = LoopbackCertificate.in(directory);
        azurite = Azurite.startWithTokens(certificate.certificate(), certificate.privateKey());
        azurite.createContainer(CONTAINER, certificate);
    }

    @AfterAll
    static void stop() {
        if (azurite != null) {
            azurite.close();
        }
    }

    @BeforeEach
    void startTokenService() throws Exception {
        // Shorter than what the SDK would keep and share between tests.
        tokens = TokenService.start(certificate, Duration.ofMinutes(4), InstantSource.system());
        location = azurite.location(CONTAINER, UUID.randomUUID().toString());
    }

    @AfterEach
    void stopTokenService() {
        tokens.close();
    }

    private Storage open(AzureIdentity identity) throws Exception {
        return Emulator.open(location, AzureBlob.identity(identity).trustedCertificates(certificate.certificate()));
    }

    private AzureIdentity onThisMachine(AzureIdentity identity) {
        return identity.through(Detour.of(METADATA, tokens.url()));
    }

    private static void assertWorks(Storage storage) throws Exception {
        try (storage) {
            storage.create(KEY, Payload.of(new byte[] {1, 2, 3}), ObjectAttributes.of(ObjectKind.WAL));
            try (InputStream stream = storage.read(KEY, ByteRange.all())) {
                assertThat(stream.readAllBytes()).containsExactly(1, 2, 3);
            }
            assertThat(storage.list(KEY.parent()).objects()).hasSize(1);
            assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
        }
    }

    private String onlyTarget() {
        assertThat(tokens.asked()).hasSize(1);
        return tokens.asked().get(0).target();
    }

    @Test
    void theManagedIdentityOfTheMachineIsEnough() throws Exception {
        assertWorks(open(onThisMachine(AzureIdentity.managed())));

        assertThat(onlyTarget())
                .startsWith("/metadata/identity/oauth2/token?")
                .contains("resource=https://storage.azure.com")
                .doesNotContain("client_id");
        assertThat(tokens.asked().get(0).metadata()).isEqualTo("true");
    }

    @Test
    void aManagedIdentityIsChosenByClientId() throws Exception {
        assertWorks(open(onThisMachine(AzureIdentity.managedByClientId(CLIENT))));

        assertThat(onlyTarget()).contains("client_id=" + CLIENT);
    }

    @Test
    void aManagedIdentityIsChosenByObjectId() throws Exception {
        assertWorks(open(onThisMachine(AzureIdentity.managedByObjectId(CLIENT))));

        assertThat(onlyTarget()).contains("object_id=" + CLIENT);
    }

    @Test
    void aManagedIdentityIsChosenByResourceId() throws Exception {
        String resource =
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

        assertWorks(open(onThisMachine(AzureIdentity.managedByResourceId(resource))));

        assertThat(onlyTarget()).contains("&mi_res_id=" + resource);
    }

    @Test
    void aWorkloadIdentityExchangesTheTokenInItsFileAsItIsNow() throws Exception {
        Path file = Files.writeString(directory.resolve("platform-token"), "first-token-of-the-platform");
        AzureIdentity identity =
                AzureIdentity.workload(TokenService.TENANT, CLIENT, file).authority(tokens.url());
        assertWorks(open(identity));
        Files.writeString(file, "second-token-of-the-platform");

        assertWorks(open(identity));

        assertThat(tokens.asked()).hasSize(2);
        assertThat(tokens.asked().get(0).target()).isEqualTo("/" + TokenService.TENANT + "/oauth2/v2.0/token");
        assertThat(tokens.asked().get(0).form())
                .contains("client_assertion=first-token-of-the-platform")
                .contains("client_id=" + CLIENT)
                .contains("scope=https://storage.azure.com/.default");
        assertThat(tokens.asked().get(1).form()).contains("client_assertion=second-token-of-the-platform");
    }

    @Test
    void aServicePrincipalGivesItsSecret() throws Exception {
        String secret = UUID.randomUUID().toString();

        assertWorks(open(AzureIdentity.clientSecret(TokenService.TENANT, CLIENT, secret(secret))
                .authority(tokens.url())));

        assertThat(tokens.asked().get(0).form()).contains("client_secret=" + secret);
    }

    @Test
    void aServicePrincipalSignsWithItsCertificate() throws Exception {
        LoopbackCertificate own = LoopbackCertificate.in(Files.createDirectories(directory.resolve("principal")));
        Path pem = Files.writeString(
                directory.resolve("principal.pem"),
                Files.readString(own.privateKey()) + Files.readString(own.certificate()));

        assertWorks(open(AzureIdentity.clientCertificate(TokenService.TENANT, CLIENT, pem)
                .authority(tokens.url())));

        assertThat(tokens.asked().get(0).form()).contains("client_assertion=ey");
    }

    @Test
    void sharedAccessIsSignedByAKeyThatTheStoreGivesToTheIdentity() throws Exception {
        Storage storage = Emulator.open(
                location,
                AzureBlob.identity(onThisMachine(AzureIdentity.managedByClientId("delegating")))
                        .signingSharedAccess(Duration.ofHours(6))
                        .trustedCertificates(certificate.certificate()));

        assertWorks(storage);

        assertThat(tokens.asked()).as("one token for one delegation key").hasSize(1);
    }

    @Test
    void anIdentityThatIsRefusedIsDenied() throws Exception {
        tokens.answerWith(401);
        Storage storage = open(AzureIdentity.clientSecret(TokenService.TENANT, CLIENT, secret("wrong"))
                .authority(tokens.url()));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("service principal " + CLIENT);
    }

    @Test
    void aTokenServiceThatHasABadMomentIsUnavailable() throws Exception {
        tokens.answerWith(503);
        Storage storage = open(AzureIdentity.clientSecret(TokenService.TENANT, CLIENT, secret("right"))
                .authority(tokens.url()));

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aMissingClientSecretNamesItsSource() throws Exception {
        Storage storage = open(AzureIdentity.clientSecret(
                        TokenService.TENANT, CLIENT, SecretSource.file(directory.resolve("nothing-here")))
                .authority(tokens.url()));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("nothing-here");
    }

    @Test
    void aTokenIsNeverSentOverHttp() throws Exception {
        String plain = location.replace("https:", "http:");
        Storage storage = Emulator.open(plain, AzureBlob.identity(onThisMachine(AzureIdentity.managed())));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("never sent over http");
        assertThat(tokens.asked()).isEmpty();
    }

    @Test
    void aServerThatNobodyVouchesForIsAFaultThatNamesTheStore() throws Exception {
        Storage storage = Emulator.open(location, AzureBlob.accountKey(secret(azurite.key())));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining(Azurite.ACCOUNT)
                .hasMessageContaining("not trusted");
    }

    @Test
    void trustedCertificatesAreReadAgainWhenTheyChange() throws Exception {
        LoopbackCertificate other = LoopbackCertificate.in(Files.createDirectories(directory.resolve("other")));
        Path file = Files.copy(other.certificate(), directory.resolve("authorities.pem"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        Storage storage = Emulator.open(
                location, AzureBlob.accountKey(secret(azurite.key())).trustedCertificates(file));
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);

        Files.writeString(file, Files.readString(other.certificate()) + Files.readString(certificate.certificate()));

        assertThat(storage.stat(KEY)).isEmpty();
    }
}
