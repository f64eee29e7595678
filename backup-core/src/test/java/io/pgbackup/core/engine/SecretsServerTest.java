package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.event.OperationEnded;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.OperationStarted;
import io.pgbackup.event.Progress;
import io.pgbackup.event.Warning;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Plants secrets, does everything with and without success at the most talkative log level, and looks for them wherever anything is told. */
class SecretsServerTest {
    private static final String PASSPHRASE = "phrase-" + UUID.randomUUID();
    private static final String PASSWORD = "word-" + UUID.randomUUID();
    private static final String KEY = Site.hexKey(System.nanoTime());

    @TempDir
    Path work;

    private final List<String> told = new ArrayList<>();

    @Test
    void noSecretIsToldAnywhere() throws IOException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
            appenders.add(all.next());
        }
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        appenders.forEach(root::detachAppender);
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            site.server()
                    .execute(
                            "SET log_statement = 'none'",
                            "CREATE ROLE keeper SUPERUSER REPLICATION LOGIN PASSWORD '" + PASSWORD + "'");
            site.server().authenticate("host all keeper 127.0.0.1/32 scram-sha-256");
            doEverything(site);
        } finally {
            root.setLevel(level);
            root.detachAppender(log);
            appenders.forEach(root::addAppender);
        }
        for (ILoggingEvent event : List.copyOf(log.list)) {
            told.add(event.getFormattedMessage() + event.getMDCPropertyMap());
            if (event.getThrowableProxy() != null) {
                told.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
        assertThat(log.list).isNotEmpty();
        assertThat(told).hasSizeGreaterThan(50);
        told.forEach(SecretsServerTest::requireNoSecret);
    }

    private void doEverything(Site site) throws IOException {
        Path phrased = site.fresh("phrased");
        withRepository(site, repository(phrased, EncryptionKey.fromPassphrase(secret(PASSPHRASE))), PASSWORD);
        requireNoneStored(phrased);
        Path keyed = site.fresh("keyed");
        withRepository(site, repository(keyed, EncryptionKey.fromKey(secret(KEY))), PASSWORD);
        requireNoneStored(keyed);
        // The other's secret, a password that is wrong, a secret that cannot be had, a store that fails.
        withRepository(site, repository(keyed, EncryptionKey.fromPassphrase(secret(PASSPHRASE))), PASSWORD);
        withRepository(site, repository(phrased, EncryptionKey.fromKey(secret(KEY))), PASSWORD);
        withRepository(site, repository(phrased, EncryptionKey.fromKey(secret(PASSPHRASE))), PASSWORD);
        withRepository(site, repository(keyed, EncryptionKey.fromKey(secret(KEY))), PASSPHRASE);
        withRepository(
                site,
                Repository.at("faulty://" + keyed)
                        .with(Faults.planned(storage ->
                                storage.on(Verb.CREATE).matching("**/bundle/**").denied()))
                        .encryptedWith(EncryptionKey.fromKey(secret(KEY)))
                        .build(),
                PASSWORD);
    }

    private static SecretSource secret(String value) {
        return SecretSource.value(value.toCharArray());
    }

    private static Repository repository(Path place, EncryptionKey key) {
        return Repository.at("file://" + place).encryptedWith(key).build();
    }

    private void withRepository(Site site, Repository repository, String password) {
        PostgresServer server = site.server();
        SecretSource source = secret(password);
        Cluster cluster = Cluster.named("main")
                .at(server.dataDirectory())
                .connectedBy(PgConnection.url(server.jdbcUrl("postgres"))
                        .user("keeper")
                        .password(source))
                .build();
        tell(repository, cluster, source, cluster.server(), repository.key(), Secret.of(password.toCharArray()));
        try (PgBackup pg = PgBackup.of(cluster)
                .repository(repository)
                .listener(new Telling())
                .build()) {
            tell(pg, OperationOptions.none());
            attempt(() -> pg.initialize(repository));
            attempt(pg::check);
            attempt(() -> pg.backup(BackupRequest.auto().to(repository)));
            attempt(() -> pg.backup(BackupRequest.full().annotate("a", "b").to(repository)));
            attempt(() -> pg.info(repository));
            attempt(() -> pg.info().toJson());
            attempt(() -> pg.info().toTable());
            attempt(() -> pg.verify(repository, VerifyDepth.CONTENT));
            attempt(() -> pg.restore(Site.restoreInto(site.fresh("target"))));
            attempt(() -> pg.restore(Site.restoreInto(server.dataDirectory())));
            attempt(() -> pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1))));
            attempt(() -> pg.jobs(repository, YearMonth.now(ZoneOffset.UTC)));
            attempt(() -> pg.browse(repository));
        }
    }

    private final class Telling implements OperationListener {
        @Override
        public void started(OperationStarted event) {
            tell(event);
        }

        @Override
        public void progress(Progress progress) {
            tell(progress);
        }

        @Override
        public void warning(String operationId, Warning warning) {
            tell(warning);
        }

        @Override
        public void ended(OperationEnded event) {
            tell(event);
        }
    }

    private void tell(Object... things) {
        for (Object thing : things) {
            told.add(thing.toString());
        }
    }

    private void attempt(Callable<?> operation) {
        try {
            tell(String.valueOf(operation.call()));
        } catch (Exception e) {
            // The whole trace, with causes and what was suppressed.
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            tell(trace, e);
        }
    }

    private static List<byte[]> secrets() {
        List<byte[]> secrets = new ArrayList<>();
        for (String secret : List.of(PASSPHRASE, PASSWORD, KEY)) {
            secrets.add(secret.getBytes(StandardCharsets.UTF_8));
        }
        secrets.add(HexFormat.of().parseHex(KEY));
        return secrets;
    }

    private static void requireNoSecret(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (byte[] secret : secrets()) {
            String plain = new String(secret, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            assertThat(lower).doesNotContain(plain);
            assertThat(lower).doesNotContain(HexFormat.of().formatHex(secret));
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(secret);
            assertThat(text).doesNotContain(base64.substring(0, base64.length() - 2));
        }
    }

    private static void requireNoneStored(Path repository) throws IOException {
        try (Stream<Path> files = Files.walk(repository)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (byte[] secret : secrets()) {
                    assertThat(content.contains(new String(secret, StandardCharsets.ISO_8859_1)))
                            .as("a secret in " + file)
                            .isFalse();
                }
            }
        }
    }
}
