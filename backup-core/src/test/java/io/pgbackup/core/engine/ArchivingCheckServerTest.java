package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.wal.ReceiveRequest;
import io.pgbackup.wal.WalReceiver;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a real server does with its finished segments, {@code check} says in plain words whether that leads here, and what it means if it does not. */
class ArchivingCheckServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path work;

    private Site site(PostgresVersion version, String mode) {
        return Site.start(
                version,
                work,
                builder ->
                        builder.walSegmentSize(1).setting("archive_mode", mode).setting("wal_keep_size", "256MB"));
    }

    private static List<Item> archiving(PgBackup pg) {
        return pg.check().items().stream()
                .filter(item -> item.subject().startsWith("archiving"))
                .toList();
    }

    private static Item only(PgBackup pg) {
        List<Item> items = archiving(pg);
        assertThat(items).hasSize(1);
        return items.get(0);
    }

    private static void requireFine(Item item, String... words) {
        assertThat(item.passed()).as(item.toString()).isTrue();
        assertThat(item.message()).contains(words);
    }

    private static void requireFailed(Item item, String... words) {
        assertThat(item.passed()).as(item.toString()).isFalse();
        assertThat(item.message()).contains(words);
        assertThat(item.remedy()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V18"})
    void aServerThatArchivesElsewhereIsToldSo(PostgresVersion version) throws IOException {
        try (Site site = site(version, "on")) {
            PostgresServer server = site.server();
            Path elsewhere = site.serverDirectory("else'where");
            String copy = "cp %p '" + elsewhere.toString().replace("'", "'\\''") + "/%f'";
            Repository one = site.repository();
            Repository two = site.repository();
            try (PgBackup pg = PgBackup.of(site.cluster("main"))
                    .repository(one)
                    .repository(two)
                    .build()) {
                pg.initialize(one);
                pg.initialize(two);
                requireFailed(only(pg), "archive_command is empty", "keeps all of its log");
                server.archiveBy("false %f");
                requireFailed(only(pg), "'false %f'", "fails");
                server.archiveBy(copy);
                await().atMost(PATIENCE).until(() -> only(pg).passed());
                long begun = System.nanoTime();
                Item item = only(pg);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
                requireFine(item, "elsewhere", "cp %p", "restored to its own end");
                assertThat(item.remedy()).contains("writeArchiveCommand", "receive");

                Path service = server.socketDirectory().resolve("it's served");
                try (WalService served = pg.wal().serve(service)) {
                    Path script = server.socketDirectory().resolve("100% it's");
                    server.archiveBy("/usr/bin/env LC_ALL=C " + served.writeArchiveCommand(script));
                    assertThat(archiving(pg)).hasSize(2).allSatisfy(found -> requireFine(found, "arrived within"));
                }
                // The first repository has WAL now, a third one never had.
                Repository three = site.repository();
                server.archiveBy(copy);
                try (PgBackup more = PgBackup.of(site.cluster("main"))
                        .repository(one)
                        .repository(three)
                        .build()) {
                    more.initialize(three);
                    Item gone = only(more);
                    assertThat(gone.subject()).contains(one.name());
                    requireFailed(gone, "was archived here", "cp %p", "did not arrive");
                }
            }
        }
    }

    /** It pushes by itself, and nothing in the command says so. */
    @Test
    void whatArrivesIsAProofWhateverBringsIt() {
        try (Site site = site(PostgresVersion.V17, "on")) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(server.socketDirectory().resolve("service"))) {
                String command =
                        service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
                server.archiveBy(
                        "eval \"$(printf '" + command.replace("/", "\\057").replace("'", "") + "')\"");
                requireFine(only(pg), "arrived within");
            }
        }
    }

    @Test
    void aLibraryIsNamed() {
        try (Site site = site(PostgresVersion.V18, "on")) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            server.execute(
                    "ALTER SYSTEM SET archive_library = 'basic_archive'",
                    "ALTER SYSTEM SET basic_archive.archive_directory = '" + site.serverDirectory("archive") + "'");
            server.restart();
            try (PgBackup pg = site.initialized(repository)) {
                Item item = only(pg);
                assertThat(item.message()).as(server.logTail()).startsWith("elsewhere");
                requireFine(item, "archive_library = 'basic_archive'");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V18"})
    void aReceiverIsAWayToo(PostgresVersion version) {
        try (Site site = site(version, "off")) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                requireFine(only(pg), "off", "restored to its own end");
                WalReceiver receiver = pg.wal()
                        .receiver(ReceiveRequest.slot("keeper")
                                .in(work.resolve("spool"))
                                .partialAfter(Duration.ofMillis(100)));
                CompletableFuture<Void> running = CompletableFuture.runAsync(receiver::run);
                await().atMost(PATIENCE).until(() -> only(pg).message().contains("arrived within"));
                requireFine(only(pg), "arrived within");
                receiver.close();
                running.join();
                assertThat(server.query("SELECT pg_drop_replication_slot('keeper')"))
                        .isNotNull();
            }
        }
    }

    /** That takes a minute of patience. */
    @Test
    @Tag("long")
    void archivingThatWasTurnedOffIsMissed() {
        try (Site site = site(PostgresVersion.V16, "on")) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                Path script = server.socketDirectory().resolve("archive");
                try (WalService service =
                        pg.wal().serve(server.socketDirectory().resolve("service"))) {
                    server.archiveBy(service.writeArchiveCommand(script));
                    requireFine(only(pg), "arrived within");
                }
                server.execute("ALTER SYSTEM SET archive_mode = off");
                server.restart();
            }
            try (PgBackup pg =
                    PgBackup.of(site.cluster("main")).repository(repository).build()) {
                requireFailed(only(pg), "archive_mode is off", "only a receiver");
            }
        }
    }

    @Test
    void aStandbyThatArchivesIsLookedAt() throws IOException {
        try (Site site = site(PostgresVersion.V18, "off")) {
            PostgresServer primary = site.server();
            Repository repository = site.repository();
            Path directory = site.fresh("standby");
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                pg.restore(
                        Site.restoreInto(directory).standbyOf("host=127.0.0.1 user=postgres port=" + primary.port()));
            }
            Files.writeString(
                    directory.resolve("postgresql.auto.conf"), "archive_mode = 'always'\n", StandardOpenOption.APPEND);
            try (PostgresServer standby = PostgresServer.of(PostgresVersion.V18)
                            .stayingInRecovery()
                            .startOn(directory);
                    PgBackup there =
                            PgBackup.of(cluster(standby)).repository(repository).build();
                    WalService service =
                            there.wal().serve(standby.socketDirectory().resolve("service"))) {
                requireFine(only(there), "standby", "until it is promoted");
                standby.archiveBy("false");
                awaitOf(primary, there, item -> requireFailed(item, "standby", "fails"));
                standby.archiveBy(
                        service.writeArchiveCommand(standby.socketDirectory().resolve("archive")));
                awaitOf(primary, there, item -> requireFine(item, "arrived within"));
                standby.archiveBy("true");
                awaitOf(primary, there, item -> requireFine(item, "elsewhere", "'true'"));
            }
        }
    }

    /** A standby archives only what its primary ends. */
    private static void awaitOf(PostgresServer primary, PgBackup standby, Consumer<Item> expected) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            primary.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
            expected.accept(only(standby));
        });
    }

    private static Cluster cluster(PostgresServer server) {
        return Cluster.named("main")
                .at(server.dataDirectory())
                .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                .build();
    }
}
