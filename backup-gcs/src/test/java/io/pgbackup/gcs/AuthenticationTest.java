package io.pgbackup.gcs;

import static io.pgbackup.gcs.testkit.Request.Operation.STAT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.gcs.testkit.Misbehaviour;
import io.pgbackup.gcs.testkit.Reply;
import io.pgbackup.gcs.testkit.Request;
import io.pgbackup.gcs.testkit.TestCertificate;
import io.pgbackup.gcs.testkit.TokenService;
import io.pgbackup.gcs.testkit.TunnelProxy;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to authenticate, each against a service that answers as Google's does. */
class AuthenticationTest extends ServerTest {
    private final TokenService service = TokenService.start();

    @TempDir
    private Path directory;

    @BeforeEach
    void demandTokens() {
        server.requireToken(service::isGood);
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private Storage with(Gcs settings) throws StorageException {
        return storage(settings.plainHttpEndpoint(server.url()));
    }

    private Gcs metadata() {
        return Gcs.metadataServer().metadataHost("localhost:" + service.url().getPort());
    }

    private static void assertWorks(Storage storage) throws Exception {
        put(storage, KEY);
        assertThat(get(storage, ByteRange.all())).isEqualTo(BYTES);
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
    }

    @Test
    void theMetadataServerGivesTokens() throws Exception {
        assertWorks(with(metadata()));

        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void theMetadataServerIsNeverAskedThroughAProxy() throws Exception {
        try (TunnelProxy proxy = TunnelProxy.start(Map.of())) {
            Storage storage = with(metadata().proxy("localhost", proxy.port()));

            failure(StorageException.class, () -> storage.stat(KEY));

            assertThat(service.requests()).hasSize(1);
            assertThat(proxy.targets()).hasSize(1);
        }
    }

    @Test
    void aMetadataServerInTroubleIsUnavailableAndAskedOnce() throws Exception {
        service.plan(Reply.text(503, "starting"));

        failure(StorageUnavailableException.class, () -> with(metadata()).stat(KEY));

        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void aServiceAccountSignsWithItsKey() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        service.takeAssertionsOf(key.publicKey());

        assertWorks(with(Gcs.serviceAccount(Tokens.source(key.json()))));

        assertThat(service.requests()).containsExactly("/token");
    }

    @Test
    void theKeyOfAServiceAccountIsNeverWrittenToAFile() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        service.takeAssertionsOf(key.publicKey());
        Path events = directory.resolve("events.jfr");
        List<String> written = new ArrayList<>();
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileWrite").withoutThreshold();
            recording.start();
            Path control = Files.writeString(directory.resolve("control"), "the recording sees this");
            assertWorks(with(Gcs.serviceAccount(Tokens.source(key.json()))));
            recording.stop();
            recording.dump(events);
            for (RecordedEvent event : RecordingFile.readAllEvents(events)) {
                // Without a path it is the log on standard output.
                Optional.ofNullable(event.getString("path")).ifPresent(written::add);
            }
            assertThat(written).containsOnly(control.toString());
        }
    }

    @Test
    void aRotatedKeyIsUsedAtTheNextRenewal() throws Exception {
        ServiceAccountKey old = ServiceAccountKey.make(service.url());
        Path file = Files.writeString(directory.resolve("key.json"), old.json());
        service.takeAssertionsOf(old.publicKey());
        Storage storage = with(Gcs.serviceAccount(SecretSource.file(file)));
        put(storage, KEY);

        ServiceAccountKey fresh = ServiceAccountKey.make(service.url());
        Files.writeString(file, fresh.json());
        service.takeAssertionsOf(fresh.publicKey());
        clock.pass(Duration.ofHours(2));

        assertThat(storage.stat(KEY)).isPresent();
        assertThat(service.requests()).hasSize(2);
    }

    @Test
    void aWrongKeyIsDeniedAndNotShown() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        service.takeAssertionsOf(ServiceAccountKey.make(service.url()).publicKey());

        StorageDeniedException failure = failure(
                StorageDeniedException.class,
                () -> with(Gcs.serviceAccount(Tokens.source(key.json()))).stat(KEY));

        assertThat(failure).hasMessageContaining("invalid_grant").hasMessageContaining(KEY.toString());
        assertThat(trace(failure)).doesNotContain(key.privateKey());
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void aTokenServiceInTroubleIsUnavailableAndAskedOnce() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        service.plan(Reply.text(503, "busy"));

        failure(
                StorageUnavailableException.class,
                () -> with(Gcs.serviceAccount(Tokens.source(key.json()))).stat(KEY));

        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void jsonThatIsNoKeyIsDeniedWithoutAWordOfIt() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        for (String json : List.of(
                "",
                "planted-secret",
                "{\"type\":\"service_account\",\"private_key\":\"planted-secret\"}",
                key.json().replace("BEGIN PRIVATE KEY-----\\n", "BEGIN PRIVATE KEY-----\\nplanted-secret!"),
                key.json().substring(0, 900) + "planted-secret",
                key.json().replace("service_account", "authorized_user"))) {
            StorageDeniedException failure = failure(
                    StorageDeniedException.class,
                    () -> with(Gcs.serviceAccount(Tokens.source(json))).stat(KEY));
            assertThat(trace(failure)).doesNotContain("planted-secret").doesNotContain(key.privateKey());
        }
        assertThat(service.requests()).isEmpty();
    }

    @Test
    void aSecretThatCannotBeHadIsDenied() throws Exception {
        SecretSource missing = SecretSource.file(directory.resolve("missing.json"));
        for (Gcs settings :
                List.of(Gcs.serviceAccount(missing), Gcs.externalAccount(missing), Gcs.accessToken(missing))) {
            assertThat(failure(
                            StorageDeniedException.class, () -> with(settings).stat(KEY)))
                    .hasMessageContaining("missing.json");
        }
    }

    private String externalAccount(Path subjectToken, boolean impersonated) {
        JsonObject source = new JsonObject();
        source.addProperty("file", subjectToken.toString());
        JsonObject json = new JsonObject();
        json.addProperty("type", "external_account");
        json.addProperty(
                "audience", "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k");
        json.addProperty("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
        json.addProperty("token_url", "https://sts.googleapis.com/v1/token");
        if (impersonated) {
            json.addProperty(
                    "service_account_impersonation_url",
                    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/b@acme.iam.gserviceaccount.com:generateAccessToken");
        }
        json.add("credential_source", source);
        return json.toString();
    }

    /** Google's own names, a certificate for them that the settings trust, and a proxy that leads them here. */
    private void withExternalAccount(boolean impersonated) throws Exception {
        TestCertificate certificate =
                TestCertificate.make(directory, "sts.googleapis.com", "iamcredentials.googleapis.com", "gcs.example");
        Path authorities = Files.writeString(directory.resolve("ca.pem"), certificate.pem());
        Path subject = Files.writeString(directory.resolve("subject"), "first-subject-token");
        try (TokenService sts = TokenService.startTls(certificate.server());
                GcsServer store = GcsServer.startTls(certificate.server()).withBucket(BUCKET);
                TunnelProxy proxy = TunnelProxy.start(Map.of(
                        "sts.googleapis.com:443", sts.url(),
                        "iamcredentials.googleapis.com:443", sts.url(),
                        "gcs.example:443", store.url()))) {
            store.requireToken(sts::isGood);
            sts.takeSubjectToken("first-subject-token");
            Storage storage = storage(Gcs.externalAccount(Tokens.source(externalAccount(subject, impersonated)))
                    .endpoint(URI.create("https://gcs.example"))
                    .certificateAuthorities(authorities)
                    .proxy("localhost", proxy.port()));
            put(storage, KEY);

            // The other provider's token is read again at each renewal.
            Files.writeString(subject, "second-subject-token");
            sts.takeSubjectToken("second-subject-token");
            clock.pass(Duration.ofHours(2));

            assertThat(storage.stat(KEY)).isPresent();
            int each = impersonated ? 2 : 1;
            assertThat(sts.requests()).hasSize(2 * each);
        }
    }

    @Test
    void anExternalAccountExchangesAnotherProvidersToken() throws Exception {
        withExternalAccount(false);
    }

    @Test
    void anExternalAccountMayImpersonateAServiceAccount() throws Exception {
        withExternalAccount(true);
    }

    @Test
    void givenTokensAreUsedUntilTheyExpire() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        server.requireToken(token -> token.startsWith("given-"));
        Storage storage = with(Gcs.accessToken(() -> Secret.of(("given-" + asked.incrementAndGet()).toCharArray())
                .expiringAt(clock.instant().plus(Duration.ofMinutes(10)))));
        put(storage, KEY);
        storage.stat(KEY);
        assertThat(asked).hasValue(1);

        clock.pass(Duration.ofMinutes(9));
        storage.stat(KEY);
        assertThat(asked).hasValue(2);
    }

    @Test
    void givenTokensWithoutExpiryAreAskedForAtEachRequest() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "first\n");
        server.requireToken("first"::equals);
        Storage storage = with(Gcs.accessToken(SecretSource.file(file)));
        put(storage, KEY);

        Files.writeString(file, "second\n");
        server.requireToken("second"::equals);

        assertThat(storage.stat(KEY)).isPresent();
    }

    @Test
    void aTokenThatNoHeaderCanHoldIsDeniedAndNotShown() throws Exception {
        StorageDeniedException failure = failure(
                StorageDeniedException.class,
                () -> with(Gcs.accessToken(Tokens.source("planted\nsecret"))).stat(KEY));

        assertThat(trace(failure)).doesNotContain("planted");
    }

    @Test
    void anonymousRequestsCarryNothing() throws Exception {
        server.requireToken(token -> false);
        StorageDeniedException failure = failure(
                StorageDeniedException.class, () -> with(Gcs.anonymous()).stat(KEY));

        assertThat(failure).hasMessageContaining("401");
        assertThat(server.requests(STAT).get(0).header("authorization")).isEmpty();
    }

    @Test
    void aTokenRevokedBeforeItsTimeCostsOneAttempt() throws Exception {
        Storage storage = with(metadata());
        put(storage, KEY);
        service.revokeAll();

        failure(StorageUnavailableException.class, () -> storage.stat(KEY));

        assertThat(storage.stat(KEY)).isPresent();
        service.revokeAll();
        assertThat(storage.delete(List.of(KEY)).failures()).hasSize(1).containsKey(KEY);
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
    }

    @Test
    void aTokenThatWasNeverTakenIsDenied() throws Exception {
        server.requireToken(token -> false);

        failure(StorageDeniedException.class, () -> with(metadata()).stat(KEY));
    }

    @Test
    void theStoreRefusingOneRequestDoesNotCostTheToken() throws Exception {
        Storage storage = with(metadata());
        put(storage, KEY);
        server.plan(STAT, new Misbehaviour.Answer(Reply.error(403, "forbidden", "no")));
        failure(StorageDeniedException.class, () -> storage.stat(KEY));

        assertThat(storage.stat(KEY)).isPresent();
        assertThat(service.requests()).hasSize(1);
    }

    @Test
    void tokensAreInNoAddress() throws Exception {
        assertWorks(with(metadata()));

        for (Request request : server.requests()) {
            String token = request.header("authorization").orElseThrow().substring("Bearer ".length());
            assertThat(request.query().toString() + request.path()).doesNotContain(token);
        }
    }

    @Test
    void applicationDefaultCredentialsAreTheFileOfTheEnvironment() throws Exception {
        ServiceAccountKey key = ServiceAccountKey.make(service.url());
        service.takeAssertionsOf(key.publicKey());
        Path file = Files.writeString(directory.resolve("key.json"), key.json());

        String output = inAnotherProcess(Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()));

        assertThat(output).contains("present", "application default credentials", "ServiceAccountCredentials");
        assertThat(service.requests()).endsWith("/token");
    }

    @Test
    void applicationDefaultCredentialsAreTheMetadataServerIfThereIsNoFile() throws Exception {
        String output = inAnotherProcess(
                Map.of("GCE_METADATA_HOST", "localhost:" + service.url().getPort()));

        assertThat(output).contains("present", "application default credentials", "ComputeEngineCredentials");
    }

    @Test
    void noApplicationDefaultCredentialsAreDenied() throws Exception {
        String output = inAnotherProcess(Map.of("NO_GCE_CHECK", "true"));

        assertThat(output).contains("StorageDeniedException", "no application default credentials");
    }

    /** The environment of a process cannot be changed from within. */
    private String inAnotherProcess(Map<String, String> environment) throws Exception {
        Storage writer = with(metadata());
        put(writer, ObjectKey.of("seen"));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                LookWithDefaults.class.getName(),
                "gs://" + BUCKET + "/repository",
                server.url().toString());
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("GOOGLE_") || name.startsWith("GCE_"));
        variables.put("HOME", directory.toString());
        variables.put("CLOUDSDK_CONFIG", directory.toString());
        variables.putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String trace(Throwable failure) {
        StringWriter words = new StringWriter();
        failure.printStackTrace(new PrintWriter(words));
        return words.toString();
    }
}
