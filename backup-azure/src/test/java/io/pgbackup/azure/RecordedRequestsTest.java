package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectAttributes.Lock;
import io.pgbackup.storage.ObjectAttributes.LockMode;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageFaultException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of the store, as it arrives there: for all that an emulator ignores. */
class RecordedRequestsTest {
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private final AzureBlob settings =
            AzureBlob.accountKey(secret(Base64.getEncoder().encodeToString(new byte[64])));
    private StubStore store;

    @BeforeEach
    void start() throws Exception {
        store = StubStore.http();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private StubStore.Request created(AzureBlob wanted, ObjectAttributes attributes) throws Exception {
        try (Storage storage = Emulator.open(store.location(), wanted)) {
            storage.create(KEY, Payload.of(new byte[20_000_000]), attributes);
        }
        return store.requests().get(0);
    }

    @Test
    void anObjectIsOneConditionalPut() throws Exception {
        StubStore.Request put = created(settings, BUNDLE);

        assertThat(store.requests()).hasSize(1);
        assertThat(put.method()).isEqualTo("PUT");
        assertThat(put.target()).isEqualTo("/" + StubStore.ACCOUNT + "/container/path%2Fsome%2Fobject");
        assertThat(put.header("If-None-Match")).isEqualTo("*");
        assertThat(put.header("x-ms-blob-type")).isEqualTo("BlockBlob");
        assertThat(put.headers().get("Content-Length")).containsExactly("20000000");
        assertThat(put.headers()).doesNotContainKey("Transfer-Encoding");
    }

    @Test
    void nothingIsSaidThatWasNotAskedFor() throws Exception {
        StubStore.Request put = created(settings, BUNDLE);

        assertThat(put.headers())
                .doesNotContainKeys(
                        "X-ms-access-tier",
                        "X-ms-encryption-scope",
                        "X-ms-immutability-policy-until-date",
                        "X-ms-immutability-policy-mode",
                        "X-ms-legal-hold",
                        "X-ms-tags");
    }

    @ParameterizedTest
    @CsvSource({"GOVERNANCE, unlocked", "COMPLIANCE, locked"})
    void aLockIsAnImmutabilityPolicyThatTheStoreConfirms(LockMode mode, String policy) throws Exception {
        Lock lock = new Lock(Instant.parse("2030-01-02T03:04:05.000000001Z"), mode);

        StubStore.Request put = created(settings.immutableContainer(), BUNDLE.withLock(lock));

        assertThat(put.header("x-ms-immutability-policy-until-date")).isEqualTo("Wed, 02 Jan 2030 03:04:06 GMT");
        assertThat(put.header("x-ms-immutability-policy-mode")).isEqualToIgnoringCase(policy);
        assertThat(store.requests()).extracting(StubStore.Request::method).containsExactly("PUT", "HEAD");
    }

    @Test
    void aLegalHoldIsAskedForAndConfirmed() throws Exception {
        StubStore.Request put = created(settings.immutableContainer(), BUNDLE.withLegalHold());

        assertThat(put.header("x-ms-legal-hold")).isEqualTo("true");
        assertThat(store.requests()).extracting(StubStore.Request::method).containsExactly("PUT", "HEAD");
    }

    @Test
    void anObjectWhoseLockIsTooShortIsRemoved() throws Exception {
        Lock lock = new Lock(Instant.parse("2030-01-02T03:04:05Z"), LockMode.COMPLIANCE);
        store.behave(exchange -> {
            if (!exchange.getRequestMethod().equals("HEAD")) {
                return false;
            }
            exchange.getResponseHeaders().set("x-ms-immutability-policy-until-date", "Wed, 02 Jan 2030 03:04:04 GMT");
            exchange.getResponseHeaders().set("x-ms-immutability-policy-mode", "locked");
            exchange.sendResponseHeaders(200, -1);
            return true;
        });

        assertThatThrownBy(() -> created(settings.immutableContainer(), BUNDLE.withLock(lock)))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("ignored the lock");
        assertThat(store.requests()).extracting(StubStore.Request::method).containsExactly("PUT", "HEAD", "DELETE");
    }

    @Test
    void eachKindOfObjectHasItsTier() throws Exception {
        AzureBlob tiered = settings.tier(ObjectKind.BUNDLE, AccessTier.COOL).tier(ObjectKind.WAL, AccessTier.COLD);

        assertThat(created(tiered, BUNDLE).header("x-ms-access-tier")).isEqualTo("Cool");
    }

    @Test
    void aKindWithoutATierFollowsTheAccount() throws Exception {
        AzureBlob tiered = settings.tier(ObjectKind.BUNDLE, AccessTier.COOL);

        assertThat(created(tiered, ObjectAttributes.of(ObjectKind.CONTROL)).header("x-ms-access-tier"))
                .isEmpty();
    }

    @Test
    void theEncryptionScopeIsNamed() throws Exception {
        assertThat(created(settings.encryptionScope("backups"), BUNDLE).header("x-ms-encryption-scope"))
                .isEqualTo("backups");
    }

    @Test
    void theVersionOfTheProtocolIsPinned() throws Exception {
        assertThat(created(settings.serviceVersion("2023-11-03"), BUNDLE).header("x-ms-version"))
                .isEqualTo("2023-11-03");
    }

    @Test
    void tagsAreIndexTags() throws Exception {
        assertThat(created(settings, BUNDLE.withTags(Map.of("cluster", "billing")))
                        .header("x-ms-tags"))
                .isEqualTo("cluster=billing");
    }

    @Test
    void aSignatureIsSentAsItWasGiven() throws Exception {
        String signature = "sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sr=c&sp=racwdl&sig=a%2Bb%2Fc%3D";

        StubStore.Request put = created(AzureBlob.sharedAccessSignature(secret("?" + signature)), BUNDLE);

        assertThat(put.target()).endsWith("%2Fsome%2Fobject?" + signature);
    }
}
