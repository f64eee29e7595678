package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is AWS KMS's own: names of keys, regions, credentials, the context, and what each answer means. */
class AwsKmsTest {
    private static final String ID = "11111111-2222-3333-4444-555555555555";
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    private final String secret = UUID.randomUUID().toString();

    @TempDir
    private Path directory;

    private KmsServer server;

    @BeforeEach
    void start() throws Exception {
        server = new KmsServer();
        server.user("AKIDMAIN", secret);
        server.rotate(ID);
        server.alias("alias/backup", ID);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private S3 settings() {
        return S3.accessKey("AKIDMAIN", SecretSource.value(secret.toCharArray()))
                .allowPlainHttp();
    }

    private AwsKms key(String name) {
        return AwsKms.key(name, settings().region(KmsServer.REGION)).endpoint(server.uri());
    }

    private static WrappedKey wrapped(KeyWrapper wrapper) throws KeyServiceException {
        try (Secret plain = Secret.of(new byte[32])) {
            return wrapper.wrap(plain, SLOT);
        }
    }

    private KeyServiceException failure(KeyWrapper wrapper) {
        return catchThrowableOfType(KeyServiceException.class, () -> wrapped(wrapper));
    }

    @Test
    void idArnAndAliasNameOneKeyAndTheSlotKeepsItsArn() throws Exception {
        AwsKms byArn = AwsKms.key(KmsServer.ARN + ID, settings()).endpoint(server.uri());
        for (AwsKms key : List.of(key(ID), key("alias/backup"), byArn)) {
            WrappedKey wrapped = wrapped(key);
            assertThat(wrapped.wrappedBy()).isEqualTo(KmsServer.ARN + ID);
            assertThat(key(ID).unwrap(wrapped, SLOT)).isPresent();
        }
    }

    @Test
    void anAliasThatWasGivenToAnotherKeyNoLongerOpens() throws Exception {
        WrappedKey wrapped = wrapped(key("alias/backup"));
        server.rotate("new");
        server.alias("alias/backup", "new");

        assertThat(key("alias/backup").unwrap(wrapped, SLOT)).isEmpty();
        assertThat(key(ID).unwrap(wrapped, SLOT)).isPresent();
    }

    @Test
    void theContextIsTheSlot() throws Exception {
        key(ID).unwrap(wrapped(key(ID)), SLOT);

        Map<String, String> context =
                Map.of("pgbackup-repository", SLOT.repository(), "pgbackup-generation", "1", "pgbackup-slot", "0");
        assertThat(server.contexts()).containsExactly(context, context);
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDeniedException,DENIED",
        "ExpiredTokenException,DENIED",
        "UnrecognizedClientException,DENIED",
        "500 KMSInternalException,UNAVAILABLE",
        "500 KeyUnavailableException,UNAVAILABLE",
        "503 DependencyTimeoutException,UNAVAILABLE",
        "LimitExceededException,UNAVAILABLE",
        "NotFoundException,KEY_UNUSABLE",
        "DisabledException,KEY_UNUSABLE",
        "KMSInvalidStateException,KEY_UNUSABLE",
        "InvalidKeyUsageException,FAULT",
        "InvalidCiphertextException,FAULT",
        "ValidationException,FAULT"
    })
    void whatEachAnswerMeans(String type, Reason reason) {
        server.refuse(ID, type);

        KeyServiceException failure = failure(key(ID));

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure)
                .hasMessageContaining(ID)
                .hasMessageContaining("as planned")
                .hasMessageContaining("REQUEST-7");
    }

    @Test
    void whatIsNoAnswerOfKmsIsUnavailable() throws Exception {
        for (int status : new int[] {200, 302, 404, 502}) {
            try (ScriptedServer between = ScriptedServer.plain()) {
                between.then(status, "<html>a page of something in between</html>");
                AwsKms key = AwsKms.key(ID, settings().region(KmsServer.REGION)).endpoint(between.uri());
                assertThat(failure(key).reason()).as("status %s", status).isEqualTo(Reason.UNAVAILABLE);
            }
        }
    }

    @Test
    void aServerThatAsksToWaitIsHeard() throws Exception {
        try (ScriptedServer busy = ScriptedServer.plain()) {
            busy.then(ScriptedServer.answer(503, Map.of("Retry-After", "7"), "{\"__type\":\"ServiceUnavailable\"}"));
            KeyServiceException failure =
                    failure(AwsKms.key(ID, settings().region(KmsServer.REGION)).endpoint(busy.uri()));
            assertThat(failure.retryAfter()).contains(java.time.Duration.ofSeconds(7));
        }
    }

    @Test
    void aWrongSecretAndAWrongClockAreDenied() {
        S3 wrong = S3.accessKey("AKIDMAIN", SecretSource.value("wrong".toCharArray()))
                .region(KmsServer.REGION)
                .allowPlainHttp();
        assertThat(failure(AwsKms.key(ID, wrong).endpoint(server.uri())).reason())
                .isEqualTo(Reason.DENIED);

        AwsKms late = key(ID).at(() -> Instant.now().minusSeconds(3600));
        assertThat(failure(late)).hasMessageContaining("InvalidSignatureException");
        assertThat(failure(late).reason()).isEqualTo(Reason.DENIED);
    }

    @Test
    void aSessionTokenIsSignedToo() throws Exception {
        S3 temporary = S3.temporaryKey(
                        SecretSource.value("AKIDMAIN".toCharArray()),
                        SecretSource.value(secret.toCharArray()),
                        SecretSource.value("session".toCharArray()))
                .region(KmsServer.REGION)
                .allowPlainHttp();

        wrapped(AwsKms.key(ID, temporary).endpoint(server.uri()));

        assertThat(server.tokens()).containsExactly("session");
    }

    @Test
    void credentialsAreThoseOfTheModule() throws Exception {
        Path program = Files.writeString(
                directory.resolve("credentials.sh"),
                "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"AKIDMAIN\",\"SecretAccessKey\":\"" + secret
                        + "\"}'\n");
        S3 settings = S3.credentialProcess(List.of("sh", program.toString()))
                .region(KmsServer.REGION)
                .allowPlainHttp();

        assertThat(wrapped(AwsKms.key(ID, settings).endpoint(server.uri())).wrappedBy())
                .endsWith(ID);
    }

    @Test
    void aRoleIsAssumedForIt() throws Exception {
        server.user("AKIDROLE", "secret-of-role");
        try (ScriptedServer sts = ScriptedServer.plain()) {
            sts.then(
                    200,
                    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
                            + "<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>secret-of-role</SecretAccessKey>"
                            + "<SessionToken>token</SessionToken><Expiration>"
                            + Instant.now().plusSeconds(3600)
                            + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
            S3 role = settings()
                    .region(KmsServer.REGION)
                    .assumingRole("arn:aws:iam::123456789012:role/backup")
                    .stsEndpoint(sts.uri());

            wrapped(AwsKms.key(ID, role).endpoint(server.uri()));

            assertThat(server.tokens()).containsExactly("token");
        }
    }

    @Test
    void credentialsThatCannotBeHadAreToldApart() {
        S3 none = S3.accessKey("AKIDMAIN", SecretSource.file(directory.resolve("missing")))
                .region(KmsServer.REGION)
                .allowPlainHttp();

        KeyServiceException failure = failure(AwsKms.key(ID, none).endpoint(server.uri()));

        assertThat(failure.reason()).isEqualTo(Reason.DENIED);
        assertThat(failure).hasMessageContaining("no credentials by access key");
        assertThat(server.requests()).isZero();
    }

    @Test
    void whatCannotBeAKeyIsRefusedAtOnce() {
        for (String name : List.of("", "a key", "alias/\"", "x".repeat(2049))) {
            assertThatThrownBy(() -> key(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> AwsKms.key(ID, settings())).hasMessageContaining("region is not known");
        assertThatThrownBy(() -> AwsKms.key(KmsServer.ARN + ID, settings().region("us-east-1")))
                .hasMessageContaining("eu-central-1")
                .hasMessageContaining("us-east-1");
        assertThatThrownBy(() -> AwsKms.key(ID, S3.anonymous().region(KmsServer.REGION)))
                .hasMessageContaining("anonymous");
        S3 onlyTls =
                S3.accessKey("AKIDMAIN", SecretSource.value("x".toCharArray())).region(KmsServer.REGION);
        assertThatThrownBy(() -> AwsKms.key(ID, onlyTls).endpoint(URI.create("http://localhost")))
                .hasMessageContaining("without TLS");
    }
}
