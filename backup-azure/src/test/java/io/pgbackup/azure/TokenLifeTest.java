package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A signature that expires at every moment of a backup's life. The store here refuses what is expired by the same clock that the storage
 * was lent, so that hours pass in no time.
 */
class TokenLifeTest {
    private static final Duration LIFETIME = Duration.ofHours(6);
    private static final ObjectAttributes WAL = ObjectAttributes.of(ObjectKind.WAL);

    @TempDir
    private static Path directory;

    private static LoopbackCertificate certificate;

    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private volatile boolean delegationFails;
    private final List<Instant> expiries = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final CountDownLatch judged = new CountDownLatch(1);
    private StubStore store;
    private TokenService tokens;
    private Storage storage;

    @BeforeAll
    static void certify() throws Exception {
        certificate = LoopbackCertificate.in(directory);
    }

    @BeforeEach
    void open() throws Exception {
        store = StubStore.https(certificate);
        store.behave(this::authorize);
        tokens = TokenService.start(certificate, Duration.ofHours(1), () -> now);
        AzureBlob settings = AzureBlob.identity(
                        AzureIdentity.clientSecret(TokenService.TENANT, "client", secret("secret"))
                                .authority(tokens.url()))
                .signingSharedAccess(LIFETIME)
                .trustedCertificates(certificate.certificate())
                .listener(new CredentialListener() {
                    @Override
                    public void obtained(String credential, Instant expiry) {
                        if (credential.startsWith("shared access signature")) {
                            expiries.add(expiry);
                        }
                    }

                    @Override
                    public void failed(String credential, String reason) {
                        failures.add(credential + ": " + reason);
                    }
                });
        storage = new AzureStorageProvider()
                .open(StorageLocation.parse(store.location()), settings, new StorageContext(() -> now));
    }

    @AfterEach
    void close() {
        storage.close();
        store.close();
        tokens.close();
    }

    /** Gives delegation keys to bearers, lets signatures in that are not expired, and nobody else. */
    private boolean authorize(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        if (query.contains("comp=userdelegationkey")) {
            if (delegationFails) {
                StubStore.answer(exchange, 503, "ServerBusy");
                return true;
            }
            return giveKey(exchange);
        }
        Map<String, String> parts = Stream.of(query.split("&"))
                .map(part -> part.split("=", 2))
                .collect(Collectors.toMap(part -> part[0], part -> part[1], (one, other) -> one));
        assertThat(parts)
                .containsEntry("sp", "racwdl")
                .containsEntry("spr", "https")
                .containsEntry("sr", "c");
        if (parts.get("sig") == null || !now.isBefore(Instant.parse(parts.getOrDefault("se", "")))) {
            StubStore.answer(exchange, 403, "AuthenticationFailed");
            return true;
        }
        judged.countDown();
        return false;
    }

    private boolean giveKey(HttpExchange exchange) throws IOException {
        assertThat(exchange.getRequestHeaders().getFirst("Authorization"))
                .isEqualTo("Bearer " + tokens.given().get(tokens.given().size() - 1));
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String expiry = asked.replaceAll("(?s).*<Expiry>(.*)</Expiry>.*", "$1");
        StubStore.body(
                exchange,
                200,
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid>"
                        + "<SignedStart>2026-11-21T07:00:00Z</SignedStart><SignedExpiry>" + expiry
                        + "</SignedExpiry><SignedService>b</SignedService><SignedVersion>2023-11-03</SignedVersion><Value>"
                        + Base64.getEncoder().encodeToString(new byte[32]) + "</Value></UserDelegationKey>");
        return true;
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private void create(String name) throws Exception {
        storage.create(ObjectKey.of(name), Payload.of(new byte[100_000]), WAL);
    }

    @Test
    void beforeTheStart() throws Exception {
        storage.stat(KEY);
        pass(LIFETIME.multipliedBy(2));

        create("after-a-long-pause");

        assertThat(expiries)
                .containsExactly(Instant.parse("2026-11-21T14:00:00Z"), Instant.parse("2026-11-22T02:00:00Z"));
    }

    @Test
    void whileWalIsPushedForDays() throws Exception {
        for (int hour = 0; hour < 72; hour++) {
            create("wal/" + hour);
            pass(Duration.ofHours(1));
        }

        assertThat(expiries).as("renewed every three hours").hasSize(24);
        assertThat(failures).isEmpty();
    }

    /** A store judges a request when it arrives; what takes hours to follow is let in. */
    @Test
    void inTheMiddleOfAnUpload() throws Exception {
        byte[] bytes = new byte[1_000_000];
        Payload slow = new Payload() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes) {
                    @Override
                    public synchronized int read(byte[] target, int offset, int length) {
                        awaitJudgement();
                        pass(LIFETIME);
                        return super.read(target, offset, length);
                    }
                };
            }
        };

        storage.create(ObjectKey.of("slow"), slow, WAL);
        create("next");

        assertThat(expiries).hasSize(2);
    }

    private void awaitJudgement() {
        try {
            assertThat(judged.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void inTheMiddleOfARestore() throws Exception {
        create("first");
        create("second");
        try (InputStream stream = storage.read(ObjectKey.of("first"), ByteRange.all())) {
            stream.skipNBytes(10);
            pass(LIFETIME.plus(Duration.ofHours(1)));
            assertThat(stream.readAllBytes()).hasSize(99_990);
        }

        try (InputStream stream = storage.read(ObjectKey.of("second"), ByteRange.of(50_000, 50_000))) {
            assertThat(stream.readAllBytes()).hasSize(50_000);
        }
        assertThat(expiries).hasSize(2);
    }

    @Test
    void betweenAListingAndItsDeletions() throws Exception {
        create("old");
        pass(LIFETIME);

        assertThat(storage.delete(List.of(ObjectKey.of("old"))).failures()).isEmpty();
    }

    @Test
    void aFailedRenewalIsReportedAndNotFatalWhileTheOldOneLives() throws Exception {
        create("before");
        delegationFails = true;
        pass(LIFETIME.minusSeconds(1));

        create("with-the-old-one");

        assertThat(failures).singleElement().asString().contains("ServerBusy").contains(StubStore.ACCOUNT);
        delegationFails = false;
        pass(Duration.ofSeconds(1));
        create("with-a-new-one");
        assertThat(expiries).hasSize(2);
    }

    @Test
    void aFailureAfterTheEndIsOneThatTheEngineRepeats() throws Exception {
        create("before");
        delegationFails = true;
        pass(LIFETIME);

        assertThatThrownBy(() -> create("after"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("503 ServerBusy");

        delegationFails = false;
        create("after");
    }
}
