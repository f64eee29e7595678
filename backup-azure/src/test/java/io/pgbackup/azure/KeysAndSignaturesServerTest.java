package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.CONTAINER;
import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.open;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authentication by keys and signatures, and what else only a server can say. */
class KeysAndSignaturesServerTest {
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private static Azurite azurite;
    private String location;

    @BeforeAll
    static void start() throws Exception {
        azurite = Azurite.start();
        azurite.createContainer(CONTAINER);
    }

    @AfterAll
    static void stop() {
        if (azurite != null) {
            azurite.close();
        }
    }

    @BeforeEach
    void ownPath() {
        location = azurite.location(CONTAINER, java.util.UUID.randomUUID().toString());
    }

    private static String signature(Duration lifetime, String permissions) {
        return Emulator.administrator(azurite)
                .getBlobContainerClient(CONTAINER)
                .generateSas(new BlobServiceSasSignatureValues(
                        OffsetDateTime.now(ZoneOffset.UTC).plus(lifetime),
                        BlobContainerSasPermission.parse(permissions)));
    }

    /** All verbs, as a backup uses them. */
    private static void assertWorks(Storage storage) throws Exception {
        try (storage) {
            storage.create(KEY, Payload.of(new byte[] {1, 2, 3}), BUNDLE);
            try (InputStream stream = storage.read(KEY, ByteRange.of(1, 2))) {
                assertThat(stream.readAllBytes()).containsExactly(2, 3);
            }
            assertThat(storage.stat(KEY)).isPresent();
            assertThat(storage.list(KEY.parent()).objects()).hasSize(1);
            assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
            assertThat(storage.stat(KEY)).isEmpty();
        }
    }

    @Test
    void anAccountKeyIsEnough() throws Exception {
        assertWorks(open(location, AzureBlob.accountKey(secret(azurite.key()))));
    }

    @Test
    void aConnectionStringWithAKeyIsEnough() throws Exception {
        assertWorks(open(location, AzureBlob.connectionString(secret(azurite.connectionString()))));
    }

    @Test
    void aConnectionStringNamesTheEndpointOfAShortLocation() throws Exception {
        assertWorks(open(
                "azure://" + Azurite.ACCOUNT + "/" + CONTAINER + "/short",
                AzureBlob.connectionString(secret(azurite.connectionString()))));
    }

    @Test
    void aConnectionStringWithASignatureIsEnough() throws Exception {
        String string = "BlobEndpoint=" + azurite.account() + "/;SharedAccessSignature="
                + signature(Duration.ofHours(1), "racwdl");

        assertWorks(open(location, AzureBlob.connectionString(secret(string))));
    }

    @Test
    void aConnectionStringOfAnotherAccountIsRefused() throws Exception {
        Storage storage = open(
                "azure://otheraccount/" + CONTAINER, AzureBlob.connectionString(secret(azurite.connectionString())));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("otheraccount")
                .hasMessageContaining(Azurite.ACCOUNT);
    }

    @Test
    void aSignatureIsTakenBareWithAQuestionMarkAndAsAWholeUrl() throws Exception {
        String signature = signature(Duration.ofHours(1), "racwdl");
        assertThat(signature).as("percent-encoded, as the portal gives it").contains("%");

        assertWorks(open(location, AzureBlob.sharedAccessSignature(secret(signature))));
        assertWorks(open(location, AzureBlob.sharedAccessSignature(secret("?" + signature + "\n"))));
        assertWorks(open(
                location,
                AzureBlob.sharedAccessSignature(secret(azurite.account() + "/" + CONTAINER + "?" + signature))));
    }

    @Test
    void anExpiredSignatureIsDeniedAndNotMissing() throws Exception {
        Storage storage =
                open(location, AzureBlob.sharedAccessSignature(secret(signature(Duration.ofMinutes(-5), "racwdl"))));

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageDeniedException.class);
        assertThatThrownBy(() -> storage.create(KEY, Payload.of(new byte[1]), BUNDLE))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("request");
    }

    @Test
    void aWriterWithoutPermissionToDeleteWritesAndReportsPerKey() throws Exception {
        Storage storage =
                open(location, AzureBlob.sharedAccessSignature(secret(signature(Duration.ofHours(1), "rcl"))));
        storage.create(KEY, Payload.of(new byte[1]), BUNDLE);

        assertThat(storage.delete(List.of(KEY)).failures().get(KEY)).isInstanceOf(StorageDeniedException.class);
        assertThat(storage.stat(KEY)).isPresent();
    }

    @Test
    void aSignatureReplacedByItsOwnerIsUsedAtTheNextRequest(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("sas"), signature(Duration.ofMinutes(-5), "racwdl"));
        Storage storage = open(location, AzureBlob.sharedAccessSignature(SecretSource.file(file)));
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);

        Files.writeString(file, signature(Duration.ofHours(1), "racwdl") + "\n");

        assertThat(storage.stat(KEY)).isEmpty();
    }

    @Test
    void theAccountKeySignsSharedAccessInProcess() throws Exception {
        assertWorks(open(
                location, AzureBlob.accountKey(secret(azurite.key())).signingSharedAccess(Duration.ofMinutes(10))));
    }

    @Test
    void aWrongKeyIsDenied() throws Exception {
        String wrong = Base64.getEncoder().encodeToString(new byte[64]);
        Storage storage = open(location, AzureBlob.accountKey(secret(wrong)));

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);
    }

    @Test
    void aKeyThatIsNoneIsDeniedWithoutRepeatingIt() throws Exception {
        Storage storage = open(location, AzureBlob.accountKey(secret("my secret!")));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("not Base64")
                .hasMessageNotContaining("my secret!");
    }

    @Test
    void aSecretThatCannotBeHadNamesItsSource() throws Exception {
        Storage storage = open(location, AzureBlob.accountKey(SecretSource.file(Path.of("/no/such/file"))));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("/no/such/file");
    }

    @Test
    void aMissingContainerIsAFaultAndNotAMissingObject() throws Exception {
        Storage storage = open(azurite.location("nosuchcontainer", ""), AzureBlob.accountKey(secret(azurite.key())));

        assertThatThrownBy(() -> storage.stat(KEY))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("ContainerNotFound");
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageFaultException.class);
        assertThat(storage.delete(List.of(KEY)).failures().get(KEY)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void theRootOfAContainerMayHoldARepository() throws Exception {
        azurite.createContainer("rooted");
        Storage storage = open(azurite.location("rooted", "") + "/", AzureBlob.accountKey(secret(azurite.key())));

        storage.create(KEY, Payload.of(new byte[1]), BUNDLE);

        assertThat(Emulator.administrator(azurite)
                        .getBlobContainerClient("rooted")
                        .listBlobs())
                .extracting(item -> item.getName())
                .containsExactly("some/object");
        assertThat(storage.list(ObjectPrefix.root()).prefixes()).containsExactly(ObjectPrefix.of("some"));
    }

    @Test
    void aPinnedVersionOfTheProtocolIsEnough() throws Exception {
        assertWorks(open(location, AzureBlob.accountKey(secret(azurite.key())).serviceVersion("2022-11-02")));
    }

    @Test
    void oneOfSixtyFourWritersWins() throws Exception {
        int writers = 64;
        Storage storage = open(location, AzureBlob.accountKey(secret(azurite.key())));
        CyclicBarrier start = new CyclicBarrier(writers);
        ExecutorService executor = Executors.newFixedThreadPool(writers);
        List<Future<Optional<Integer>>> outcomes = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            int number = writer;
            outcomes.add(executor.submit(() -> {
                start.await();
                return created(storage, number) ? Optional.of(number) : Optional.empty();
            }));
        }
        List<Integer> winners = new ArrayList<>();
        for (Future<Optional<Integer>> outcome : outcomes) {
            outcome.get().ifPresent(winners::add);
        }
        executor.shutdownNow();

        assertThat(winners).hasSize(1);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.readAllBytes())
                    .containsOnly(winners.get(0).byteValue())
                    .hasSize(10_000);
        }
    }

    private static boolean created(Storage storage, int number) throws StorageException {
        byte[] bytes = new byte[10_000];
        java.util.Arrays.fill(bytes, (byte) number);
        try {
            storage.create(KEY, Payload.of(bytes), BUNDLE);
            return true;
        } catch (ObjectExistsException e) {
            return false;
        }
    }

    @Test
    void aStoreThatIgnoresLocksIsFoundOut() throws Exception {
        Storage storage =
                open(location, AzureBlob.accountKey(secret(azurite.key())).immutableContainer());
        ObjectKey key = ObjectKey.of("locked");

        assertThatThrownBy(() -> storage.create(key, Payload.of(new byte[1]), BUNDLE.withLegalHold()))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("ignored the lock");
        assertThat(storage.stat(key)).isEmpty();
    }
}
