package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import com.azure.core.util.Configuration;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Secrets in no log, however much is logged, and in no exception, whatever the store says. */
class PlantedSecretsTest {
    private static final String CLIENT_SECRET = "planted-" + UUID.randomUUID();
    private static final String SIGNATURE =
            "planted" + UUID.randomUUID().toString().replace("-", "");
    private static final String KEY_TEXT =
            Base64.getEncoder().encodeToString(SIGNATURE.getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path directory;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final StringWriter traces = new StringWriter();
    private Level before = Level.OFF;
    private Appender<ILoggingEvent> console = new ListAppender<>();

    @BeforeEach
    void logEverything() {
        before = Optional.ofNullable(root.getLevel()).orElse(Level.OFF);
        console = root.getAppender("console");
        root.detachAppender(console);
        log.start();
        root.addAppender(log);
        root.setLevel(Level.TRACE);
    }

    @AfterEach
    void stopLogging() {
        root.setLevel(before);
        root.detachAppender(log);
        root.addAppender(console);
    }

    private void use(String location, AzureBlob settings) throws Exception {
        traces.write(settings + "\n");
        Storage storage = Emulator.open(location, settings);
        for (Attempt attempt : new Attempt[] {
            () -> storage.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL)),
            () -> storage.stat(KEY),
            () -> storage.list(ObjectPrefix.root())
        }) {
            try {
                attempt.run();
            } catch (StorageException e) {
                e.printStackTrace(new PrintWriter(traces));
            }
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws StorageException;
    }

    private String everythingSaid() {
        String logged = log.list.stream()
                .map(event -> event.getFormattedMessage() + "\n"
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .collect(Collectors.joining("\n"));
        return logged + traces;
    }

    @Test
    void aSignatureThatTheStoreQuotesIsNotPassedOn() throws Exception {
        try (StubStore store = StubStore.http()) {
            store.behave(exchange -> {
                StubStore.body(
                        exchange,
                        403,
                        "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code><Message>no</Message>"
                                + "<AuthenticationErrorDetail>The MAC signature found in the HTTP request '" + SIGNATURE
                                + "' is not the same; " + exchange.getRequestURI()
                                + "</AuthenticationErrorDetail></Error>");
                return true;
            });
            use(store.location(), AzureBlob.sharedAccessSignature(secret("sv=2022-11-02&sp=r&sig=" + SIGNATURE)));
            use(store.location(), AzureBlob.accountKey(secret(KEY_TEXT)));
        }
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .as("the SDK does not warn of what is always so")
                .noneMatch(event -> event.getFormattedMessage().contains("restricted"));

        assertThat(everythingSaid())
                .contains("AuthenticationFailed")
                .doesNotContain(SIGNATURE)
                .doesNotContain(KEY_TEXT);
    }

    @Test
    void theApplicationsOwnClientsOfAzureAreLeftAsTheyAre() throws Exception {
        try (StubStore store = StubStore.http()) {
            use(store.location(), AzureBlob.accountKey(secret(KEY_TEXT)));
        }

        assertThat(Configuration.getGlobalConfiguration().get("jdk.httpclient.allowRestrictedHeaders"))
                .isNull();
    }

    @Test
    void aServerThatIsNotThereRevealsNothing() throws Exception {
        StubStore store = StubStore.http();
        store.close();

        use(store.location(), AzureBlob.sharedAccessSignature(secret("sv=2022-11-02&sp=r&sig=" + SIGNATURE)));

        assertThat(everythingSaid()).contains("Connect").doesNotContain(SIGNATURE);
    }

    @Test
    void tokensAndWhatTheyAreBoughtWithAreNotLogged() throws Exception {
        LoopbackCertificate certificate = LoopbackCertificate.in(directory);
        try (StubStore store = StubStore.https(certificate);
                TokenService tokens = TokenService.start(certificate, Duration.ofHours(1), InstantSource.system())) {
            AzureBlob settings = AzureBlob.identity(
                            AzureIdentity.clientSecret(TokenService.TENANT, "client", secret(CLIENT_SECRET))
                                    .authority(tokens.url()))
                    .trustedCertificates(certificate.certificate());
            use(store.location(), settings);
            tokens.answerWith(500);
            use(store.location(), settings);

            assertThat(everythingSaid())
                    .contains("service principal")
                    .doesNotContain(CLIENT_SECRET)
                    .doesNotContain(tokens.given().get(0));
        }
    }
}
