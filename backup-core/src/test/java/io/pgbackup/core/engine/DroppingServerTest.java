package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Warning;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalGap;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server whose repository is away goes on when WAL is given up; later everybody knows what is missing and why. */
class DroppingServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path work;

    /** Name of the last segment that was filled. */
    private static String fill(PostgresServer server, int segments) {
        String name = "";
        for (int n = 0; n < segments; n++) {
            server.execute("INSERT INTO t SELECT generate_series(1, 100)");
            name = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
            server.execute("SELECT pg_switch_wal()");
        }
        return name;
    }

    @Test
    void whatWasGivenUpIsKnownToGapsInfoCheckAndRestore() {
        AtomicBoolean down = new AtomicBoolean();
        List<String> told = new CopyOnWriteArrayList<>();
        try (Site site = Site.start(
                PostgresVersion.V17, work, builder -> builder.walSegmentSize(1).setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Repository repository = Repository.at("faulty://" + site.fresh("repository"))
                    .with(new Faults(storage -> new Refusing(storage, down)))
                    .encryptedWith(Site.key(Site.KEY))
                    .named("only")
                    .build();
            try (PgBackup pg = PgBackup.of(site.cluster("main"))
                            .repository(repository)
                            .walPolicy(WalPolicy.all().droppingBeyond(4L << 20, work.resolve("notes")))
                            .listener(new OperationListener() {
                                @Override
                                public void warning(String operationId, Warning warning) {
                                    told.add(warning.message());
                                }
                            })
                            .build();
                    WalService service = pg.wal().serve(server.socketDirectory().resolve("service"))) {
                pg.initialize(repository);
                String command =
                        service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
                server.execute(
                        "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                        "SELECT pg_reload_conf()");
                pg.backup(BackupRequest.full().to(repository));
                String last = fill(server, 3);
                await().atMost(PATIENCE).until(() -> pg.wal().fetch(last, work.resolve("probe")));

                down.set(true);
                fill(server, 12);
                await().atMost(PATIENCE)
                        .until(() -> told.stream().anyMatch(message -> message.contains("IS GIVEN UP")));
                // The server believes that they are archived and forgets them.
                server.execute("CHECKPOINT");
                await().atMost(PATIENCE)
                        .until(() -> Integer.parseInt(Objects.requireNonNull(server.query(
                                        "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")))
                                <= 4);
                server.execute("CHECKPOINT");
                down.set(false);
                fill(server, 2);
                await().atMost(PATIENCE)
                        .until(() -> pg.wal().gaps(repository).stream()
                                .anyMatch(gap -> gap.dropped().isPresent()));

                List<WalGap> gaps = pg.wal().gaps(repository);
                assertThat(gaps).allMatch(gap -> gap.dropped().isPresent());
                WalGap first = gaps.get(0);
                assertThat(pg.info(repository).windows())
                        .singleElement()
                        .satisfies(window -> assertThat(window.gap()).contains(first));
                assertThat(pg.info(repository).toTable()).contains("given up on purpose");
                assertThat(pg.check().items())
                        .filteredOn(item -> item.subject().equals("WAL in only"))
                        .singleElement()
                        .satisfies(item -> assertThat(item.message()).contains("given up on purpose"));
                restoreSaysWhy(pg, site, told);

                pg.backup(BackupRequest.incremental().to(repository));
                assertThat(pg.check().items())
                        .as("a later backup needs nothing of it")
                        .filteredOn(item -> !item.passed())
                        .extracting(CheckReport.Item::subject)
                        .isEmpty();
            }
        }
    }

    private static void restoreSaysWhy(PgBackup pg, Site site, List<String> told) {
        told.clear();
        Path target = site.fresh("restored");
        pg.restore(RestoreRequest.into(target)
                .recoverTo(RecoveryTarget.latest())
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE));
        assertThat(told).anyMatch(message -> message.contains("recovery ends at") && message.contains("on purpose"));
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, target)) {
            assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("300");
        }
    }
}
