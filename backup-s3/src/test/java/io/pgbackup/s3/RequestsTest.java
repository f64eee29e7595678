package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent, recorded: no server at hand honours all of it. */
class RequestsTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/object");
    private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.US_ASCII);
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private static final String ENVIRONMENT_CHECKSUMS = "aws.requestChecksumCalculation";

    private ScriptedServer server;

    @BeforeEach
    void start() throws Exception {
        server = ScriptedServer.plain();
        server.then(ScriptedServer.answer(200, Map.of("ETag", "\"e\""), ""));
    }

    @AfterEach
    void end() {
        server.close();
    }

    private static S3 key() {
        return S3.accessKey("key", Buckets.secret(UUID.randomUUID().toString()));
    }

    private S3 settings() {
        return key().endpoint(server.uri()).allowPlainHttp();
    }

    private static S3Storage open(String location, S3 settings) throws StorageException {
        S3Storage storage = (S3Storage) Buckets.open(location, settings);
        storage.waiveConditions();
        return storage;
    }

    private ScriptedServer.Request created(S3 settings, ObjectAttributes attributes) throws StorageException {
        try (Storage storage = open("s3://backups/path", settings)) {
            storage.create(KEY, Payload.of(BYTES), attributes);
        }
        return server.last();
    }

    @Test
    void anObjectIsCreatedByOneConditionalRequest() throws Exception {
        ScriptedServer.Request request = created(settings(), BUNDLE);

        assertThat(server.requests()).hasSize(1);
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.uri().getPath()).isEqualTo("/backups/path/billing/object");
        assertThat(request.header("if-none-match")).isEqualTo("*");
        assertThat(request.body()).isEqualTo("some bytes");
    }

    @Test
    void aLargeObjectIsCreatedByOneConditionalRequestToo() throws Exception {
        try (Storage storage = open("s3://backups/path", settings())) {
            storage.create(KEY, Payload.of(new byte[40 * 1024 * 1024]), BUNDLE);
        }

        assertThat(server.requests()).hasSize(1);
        assertThat(server.last().header("if-none-match")).isEqualTo("*");
    }

    @Test
    void theRootOfABucketGivesNoEmptySegment() throws Exception {
        try (Storage storage = open("s3://backups", settings())) {
            storage.create(KEY, Payload.of(BYTES), BUNDLE);
        }

        assertThat(server.last().uri().getRawPath()).isEqualTo("/backups/billing/object");
    }

    @Test
    void anotherEndpointGetsADigestInAHeaderAndNoTrailer() throws Exception {
        ScriptedServer.Request request = created(settings(), BUNDLE);

        String md5 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(BYTES));
        assertThat(request.header("content-md5")).isEqualTo(md5);
        assertThat(request.headers()).doesNotContainKeys("x-amz-trailer", "x-amz-checksum-crc32", "content-encoding");
    }

    @Test
    void aStoreThatKnowsTrailersGetsThem() throws Exception {
        ScriptedServer.Request request = created(settings().checksums(S3Checksums.WHEN_SUPPORTED), BUNDLE);

        assertThat(request.header("x-amz-trailer")).isEqualTo("x-amz-checksum-crc32");
        assertThat(request.headers()).doesNotContainKey("content-md5");
    }

    @Test
    void theEnvironmentDecidesWhereNobodySaidAnything() throws Exception {
        System.setProperty(ENVIRONMENT_CHECKSUMS, "when_supported");
        try {
            assertThat(created(settings(), BUNDLE).header("x-amz-trailer")).isNotEmpty();
            assertThat(created(settings().checksums(S3Checksums.WHEN_REQUIRED), BUNDLE)
                            .header("content-md5"))
                    .isNotEmpty();
            System.setProperty(ENVIRONMENT_CHECKSUMS, "sometimes");
            assertThatThrownBy(() -> created(settings(), BUNDLE))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("AWS_REQUEST_CHECKSUM_CALCULATION")
                    .hasMessageContaining("sometimes");
        } finally {
            System.clearProperty(ENVIRONMENT_CHECKSUMS);
        }
    }

    @Test
    void amazonGetsTrailersUnlessTheEnvironmentSaysOtherwise() {
        S3Store amazon = store("s3://backups/path?region=eu-central-1", key());

        assertThat(amazon.checksums()).isEqualTo(S3Checksums.WHEN_SUPPORTED);
        assertThat(amazon.addressing()).isEqualTo(S3Addressing.VIRTUAL_HOST);
    }

    private static S3Store store(String location, S3 settings) {
        return S3Store.of(S3Location.parse(io.pgbackup.storage.StorageLocation.parse(location)), settings);
    }

    @Test
    void kindsHaveStorageClasses() throws Exception {
        S3 settings =
                settings().storageClass(ObjectKind.BUNDLE, "STANDARD_IA").storageClass(ObjectKind.WAL, "GLACIER_IR");

        assertThat(created(settings, BUNDLE).header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
        assertThat(created(settings, ObjectAttributes.of(ObjectKind.WAL)).header("x-amz-storage-class"))
                .isEqualTo("GLACIER_IR");
        assertThat(created(settings, ObjectAttributes.of(ObjectKind.CONTROL)).headers())
                .doesNotContainKey("x-amz-storage-class");
    }

    @Test
    void theStoreIsToldToEncrypt() throws Exception {
        ScriptedServer.Request managed = created(settings().encryptedByStore(S3Encryption.managedByStore()), BUNDLE);
        assertThat(managed.header("x-amz-server-side-encryption")).isEqualTo("AES256");

        ScriptedServer.Request kms = created(settings().encryptedByStore(S3Encryption.kms("alias/backup")), BUNDLE);
        assertThat(kms.header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
        assertThat(kms.header("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo("alias/backup");

        ScriptedServer.Request ownKms = created(settings().encryptedByStore(S3Encryption.kms()), BUNDLE);
        assertThat(ownKms.header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
        assertThat(ownKms.headers()).doesNotContainKey("x-amz-server-side-encryption-aws-kms-key-id");
    }

    @Test
    void aCustomerKeyIsNotSentWithoutTls() {
        S3 settings = settings().encryptedByStore(S3Encryption.customerKey(Buckets.secret("k".repeat(32))));

        assertThatThrownBy(() -> created(settings, BUNDLE))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("customer key");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void tagsOfSettingsAndOfTheObjectAreSentTogether() throws Exception {
        S3 settings = settings().tag("owner", "dba team").tag("kind", "overridden");

        ScriptedServer.Request request = created(settings, BUNDLE.withTags(Map.of("kind", "bundle")));

        assertThat(request.header("x-amz-tagging")).isEqualTo("kind=bundle&owner=dba%20team");
    }

    /** With a calendar that counts other years by default. */
    @Test
    void aLockIsSentWithItsTimeWhateverTheLocaleOfTheMachine() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("th-TH-u-ca-buddhist-nu-thai"));
        try {
            server.close();
            server = ScriptedServer.plain();
            server.then(
                            200,
                            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>")
                    .then(ScriptedServer.answer(200, Map.of("ETag", "\"e\""), ""));
            ObjectAttributes locked = BUNDLE.withLock(new ObjectAttributes.Lock(
                            Instant.parse("2027-01-02T03:04:05Z"), ObjectAttributes.LockMode.GOVERNANCE))
                    .withLegalHold();

            ScriptedServer.Request request = created(settings(), locked);

            assertThat(request.header("x-amz-object-lock-mode")).isEqualTo("GOVERNANCE");
            assertThat(request.header("x-amz-object-lock-retain-until-date")).isEqualTo("2027-01-02T03:04:05Z");
            assertThat(request.header("x-amz-object-lock-legal-hold")).isEqualTo("ON");
            assertThat(request.header("content-md5")).isNotEmpty();
            assertThat(request.header("x-amz-date")).startsWith("20");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aLockGoesThroughWhereNobodyMayAskWhetherThereAreLocks() throws Exception {
        server.close();
        server = ScriptedServer.plain();
        server.then(403, ScriptedServer.error("AccessDenied"))
                .then(ScriptedServer.answer(200, Map.of("ETag", "\"e\""), ""));

        ScriptedServer.Request request = created(settings(), BUNDLE.withLegalHold());

        assertThat(request.header("x-amz-object-lock-legal-hold")).isEqualTo("ON");
    }

    @Test
    void aDeletionNamesNoVersionAndCarriesADigest() throws Exception {
        try (Storage storage = open("s3://backups/path", settings())) {
            storage.delete(List.of(KEY));
        }

        assertThat(server.last().uri().getQuery()).isEqualTo("delete");
        assertThat(server.last().header("content-md5")).isNotEmpty();
        assertThat(server.last().body())
                .contains("<Key>path/billing/object</Key>")
                .doesNotContain("VersionId");
    }

    /** Through a proxy, so that no name has to be resolved. */
    @Test
    void theBucketStandsInTheHostWhereThatIsWanted() throws Exception {
        S3 settings = key().endpoint(URI.create("http://store.example:9000"))
                .allowPlainHttp()
                .proxy(server.uri())
                .addressing(S3Addressing.VIRTUAL_HOST);

        ScriptedServer.Request request = created(settings, BUNDLE);

        assertThat(request.header("host")).isEqualTo("backups.store.example:9000");
        assertThat(request.uri().getPath()).isEqualTo("/path/billing/object");
    }

    @Test
    void aProxyIsAskedWithItsPassword() throws Exception {
        server.close();
        server = ScriptedServer.plain();
        server.then(ScriptedServer.answer(200, Map.of("ETag", "\"e\""), ""));
        String password = UUID.randomUUID().toString();
        S3 settings = key().endpoint(URI.create("http://store.example"))
                .allowPlainHttp()
                .proxy(server.uri(), "user", Buckets.secret(password));

        ScriptedServer.Request request = created(settings, BUNDLE);

        String expected = Base64.getEncoder().encodeToString(("user:" + password).getBytes(StandardCharsets.UTF_8));
        assertThat(request.header("proxy-authorization")).isEqualTo("Basic " + expected);
    }

    @Test
    void theProxyOfTheEnvironmentIsUsedOnlyWhenAsked() throws Exception {
        String port = Integer.toString(server.uri().getPort());
        System.setProperty("http.proxyHost", "localhost");
        System.setProperty("http.proxyPort", port);
        try {
            S3 settings = key().endpoint(URI.create("http://store.invalid")).allowPlainHttp();

            assertThatThrownBy(() -> created(settings, BUNDLE)).hasMessageContaining("store.invalid");
            assertThat(server.requests()).isEmpty();
            assertThat(created(settings.proxyFromEnvironment(), BUNDLE).header("host"))
                    .isEqualTo("store.invalid");
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
    }

    @Test
    void anEndpointOfTheEnvironmentWithoutTlsIsRefusedToo() throws Exception {
        System.setProperty("aws.endpointUrlS3", server.uri().toString());
        try (Storage storage = open("s3://backups/path?region=eu-central-1", key())) {
            assertThatThrownBy(() -> storage.read(KEY, ByteRange.all()))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("allowPlainHttp");
            assertThat(server.requests()).isEmpty();
        } finally {
            System.clearProperty("aws.endpointUrlS3");
        }
    }
}
