package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every method of authentication, against servers that answer as token services do: what reaches the store is signed with what they handed out. */
class CredentialsTest {
    private static final ObjectKey KEY = ObjectKey.of("object");
    private static final String ROLE = "arn:aws:iam::123456789012:role/backup";

    private final Map<String, Optional<String>> properties = new HashMap<>();
    private volatile Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final String secret = UUID.randomUUID().toString();

    @TempDir
    private Path directory;

    private ScriptedServer store;
    private ScriptedServer service;

    @BeforeEach
    void start() throws Exception {
        store = ScriptedServer.plain();
        store.then(404, ScriptedServer.error("NoSuchKey"));
        service = ScriptedServer.plain();
        // Whatever this machine has: no profile of it, and no metadata service.
        set("aws.sharedCredentialsFile", directory.resolve("credentials").toString());
        set("aws.configFile", directory.resolve("config").toString());
        set("aws.ec2MetadataServiceEndpoint", "http://localhost:1");
        set("aws.region", "eu-central-1");
    }

    @AfterEach
    void end() {
        properties.forEach((name, value) ->
                value.ifPresentOrElse(old -> System.setProperty(name, old), () -> System.clearProperty(name)));
        store.close();
        service.close();
    }

    private void set(String name, String value) {
        properties.putIfAbsent(name, Optional.ofNullable(System.getProperty(name)));
        System.setProperty(name, value);
    }

    private Storage open(S3 settings) throws StorageException {
        return new S3StorageProvider()
                .open(
                        StorageLocation.parse("s3://backups/path"),
                        settings.endpoint(store.uri()).allowPlainHttp(),
                        new StorageContext(() -> now));
    }

    /** Sends one request and returns the id of the key that signed it. */
    private String signer(Storage storage) throws StorageException {
        int before = store.requests().size();
        assertThat(storage.stat(KEY)).isEmpty();
        String authorization = store.requests().get(before).header("authorization");
        assertThat(authorization).startsWith("AWS4-HMAC-SHA256 Credential=");
        return authorization.substring(authorization.indexOf('=') + 1, authorization.indexOf('/'));
    }

    private String sessionToken() {
        return store.last().header("x-amz-security-token");
    }

    private String role(String action, String id, Duration life) {
        return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action
                + "Result><Credentials><AccessKeyId>" + id + "</AccessKeyId><SecretAccessKey>" + secret
                + "</SecretAccessKey><SessionToken>token-of-" + id + "</SessionToken><Expiration>"
                + now.plus(life) + "</Expiration></Credentials></" + action + "Result></" + action + "Response>";
    }

    private String json(String id) {
        return "{\"Version\":1,\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"" + id
                + "\",\"SecretAccessKey\":\"" + secret + "\",\"Token\":\"token-of-" + id
                + "\",\"SessionToken\":\"token-of-"
                + id + "\",\"Expiration\":\"" + Instant.now().plus(Duration.ofHours(1)) + "\"}";
    }

    @Test
    void aKeyThatIsReplacedInItsFilesIsUsedAtTheNextRequest() throws Exception {
        Path id = Files.writeString(directory.resolve("id"), "first\n");
        Path key = Files.writeString(directory.resolve("key"), secret);
        Path token = Files.writeString(directory.resolve("token"), "one");
        try (Storage storage =
                open(S3.temporaryKey(SecretSource.file(id), SecretSource.file(key), SecretSource.file(token)))) {
            assertThat(signer(storage)).isEqualTo("first");
            assertThat(sessionToken()).isEqualTo("one");

            Files.writeString(id, "second");
            Files.writeString(token, "two");

            assertThat(signer(storage)).isEqualTo("second");
            assertThat(sessionToken()).isEqualTo("two");
        }
    }

    @Test
    void aSecretThatCannotBeReadIsADenial() throws Exception {
        try (Storage storage = open(S3.accessKey("key", SecretSource.file(directory.resolve("absent"))))) {
            assertThatThrownBy(() -> storage.stat(KEY))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("absent")
                    .hasMessageContaining("access key");
        }
    }

    @Test
    void anonymousRequestsAreNotSigned() throws Exception {
        try (Storage storage = open(S3.anonymous())) {
            storage.stat(KEY);

            assertThat(store.last().header("authorization")).isEmpty();
        }
    }

    @Test
    void aWebIdentityIsExchangedOnce() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "jwt-one\n");
        service.then(200, role("AssumeRoleWithWebIdentity", "first", Duration.ofHours(1)));
        try (Storage storage = open(S3.webIdentity(ROLE, token).stsEndpoint(service.uri()))) {
            assertThat(signer(storage)).isEqualTo("first");
            assertThat(sessionToken()).isEqualTo("token-of-first");
            signer(storage);

            assertThat(service.requests()).hasSize(1);
            assertThat(service.last().body())
                    .contains("WebIdentityToken=jwt-one")
                    .contains("RoleArn=arn%3Aaws%3Aiam");
            assertThat(service.last().header("authorization")).isEmpty();
        }
    }

    @Test
    void theTokenFileIsReadAtEachExchange() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "jwt-one");
        service.then(200, role("AssumeRoleWithWebIdentity", "first", Duration.ofHours(1)))
                .then(200, role("AssumeRoleWithWebIdentity", "second", Duration.ofHours(2)));
        try (Storage storage = open(S3.webIdentity(ROLE, token).stsEndpoint(service.uri()))) {
            assertThat(signer(storage)).isEqualTo("first");
            Files.writeString(token, "jwt-two");
            now = now.plus(Duration.ofMinutes(56));

            assertThat(signer(storage)).isEqualTo("second");
            assertThat(service.last().body()).contains("WebIdentityToken=jwt-two");
        }
    }

    @Test
    void roleAndFileOfAWebIdentityComeFromTheEnvironment() throws Exception {
        set("aws.roleArn", ROLE);
        set(
                "aws.webIdentityTokenFile",
                Files.writeString(directory.resolve("token"), "jwt").toString());
        service.then(200, role("AssumeRoleWithWebIdentity", "first", Duration.ofHours(1)));
        try (Storage storage = open(S3.webIdentityFromEnvironment().stsEndpoint(service.uri()))) {
            assertThat(signer(storage)).isEqualTo("first");
        }
    }

    @Test
    void anIdentityThatTheTokenServiceRefusesIsDenied() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "jwt-" + secret);
        service.then(
                403,
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>");
        try (Storage storage = open(S3.webIdentity(ROLE, token).stsEndpoint(service.uri()))) {
            Throwable failure = catchThrowable(() -> storage.stat(KEY));

            assertThat(failure).isInstanceOf(StorageDeniedException.class).hasMessageContaining("web identity");
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain(secret);
            assertThat(store.requests()).isEmpty();
        }
    }

    @Test
    void aTokenServiceThatIsDownIsUnavailable() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "jwt");
        service.then(503, "<html>busy</html>");
        try (Storage storage = open(S3.webIdentity(ROLE, token).stsEndpoint(service.uri()))) {
            assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
        }
    }

    @Test
    void aRoleIsAssumedWithTheCredentialsSoFar() throws Exception {
        service.then(200, role("AssumeRole", "assumed", Duration.ofHours(1)));
        S3 settings = S3.accessKey("base", Buckets.secret(secret))
                .assumingRole(ROLE, "their-id")
                .stsEndpoint(service.uri());
        try (Storage storage = open(settings)) {
            assertThat(signer(storage)).isEqualTo("assumed");
            assertThat(service.last().body()).contains("ExternalId=their-id");
            assertThat(service.last().header("authorization")).contains("Credential=base/");
        }
    }

    @Test
    void podIdentitySendsTheTokenOfItsFile() throws Exception {
        set("aws.containerCredentialsFullUri", service.uri() + "/v1/credentials");
        set(
                "aws.containerAuthorizationTokenFile",
                Files.writeString(directory.resolve("pod"), "pod-token").toString());
        service.then(ScriptedServer.answer(200, Map.of("Content-Type", "application/json"), json("pod")));
        try (Storage storage = open(S3.podIdentityFromEnvironment())) {
            assertThat(signer(storage)).isEqualTo("pod");
            assertThat(sessionToken()).isEqualTo("token-of-pod");
            assertThat(service.last().header("authorization")).isEqualTo("pod-token");
        }
    }

    @Test
    void anInstanceIsAskedInVersionTwoOnly() throws Exception {
        set("aws.ec2MetadataServiceEndpoint", service.uri().toString());
        service.then(200, "metadata-token").then(200, "role-name").then(200, json("instance"));
        try (Storage storage = open(S3.instanceProfile())) {
            assertThat(signer(storage)).isEqualTo("instance");

            assertThat(service.requests())
                    .extracting(ScriptedServer.Request::method)
                    .containsExactly("PUT", "GET", "GET");
            assertThat(service.requests().get(1).header("x-aws-ec2-metadata-token"))
                    .isEqualTo("metadata-token");
        }
    }

    @Test
    void anInstanceWithoutVersionTwoIsNotAskedInVersionOne() throws Exception {
        set("aws.ec2MetadataServiceEndpoint", service.uri().toString());
        service.then(403, "");
        try (Storage storage = open(S3.instanceProfile())) {
            assertThatThrownBy(() -> storage.stat(KEY))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("instance profile");
            assertThat(service.requests())
                    .extracting(ScriptedServer.Request::method)
                    .containsOnly("PUT");
        }
    }

    @Test
    void aProfileIsReadFromTheSharedFiles() throws Exception {
        Files.writeString(
                directory.resolve("credentials"),
                "[backup]\naws_access_key_id = from-profile\naws_secret_access_key = " + secret + "\n");
        try (Storage storage = open(S3.profile("backup"))) {
            assertThat(signer(storage)).isEqualTo("from-profile");
        }
        try (Storage storage = open(S3.profile("absent"))) {
            assertThatThrownBy(() -> storage.stat(KEY))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("absent");
        }
    }

    @Test
    void aProgramPrintsCredentials() throws Exception {
        Path file = Files.writeString(directory.resolve("answer.json"), json("program"));
        try (Storage storage = open(S3.credentialProcess(List.of("cat", file.toString())))) {
            assertThat(signer(storage)).isEqualTo("program");
            assertThat(sessionToken()).isEqualTo("token-of-program");
        }
        try (Storage storage = open(S3.credentialProcess(List.of("false")))) {
            assertThatThrownBy(() -> storage.stat(KEY))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("the program false");
        }
    }

    @Test
    void theDefaultChainTakesWhatItFinds() throws Exception {
        set("aws.accessKeyId", "of-the-jvm");
        set("aws.secretAccessKey", secret);
        try (Storage storage = open(S3.ambient())) {
            assertThat(signer(storage)).isEqualTo("of-the-jvm");
            assertThat(store.last().header("authorization")).contains("/eu-central-1/s3/");
        }
    }
}
