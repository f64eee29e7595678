package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server goes on archiving while nobody is there, and everything is in the repository soon after somebody comes. */
class SpoolServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path work;

    private static String switchSegment(PostgresServer server) {
        server.execute("INSERT INTO t SELECT generate_series(1, 100)");
        String name = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute("SELECT pg_switch_wal()");
        return name;
    }

    private static long waiting(Path spool) throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.count();
        }
    }

    @Test
    void theServerArchivesWhileNobodyIsThere() throws Exception {
        try (Site site = Site.start(
                PostgresVersion.V17, work, builder -> builder.walSegmentSize(1).setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Path spool = server.socketDirectory().resolve("spool");
            Path directory = server.socketDirectory().resolve("service");
            Repository repository = site.repository();
            String last = "";
            try (PgBackup pg = open(site, repository, spool)) {
                pg.initialize(repository);
                try (WalService service = pg.wal().serve(directory)) {
                    String command =
                            service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
                    server.execute(
                            "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                            "SELECT pg_reload_conf()");
                    assertThat(pg.check().items())
                            .filteredOn(item -> item.subject().startsWith("archiving")
                                    || item.subject().equals("WAL spool"))
                            .hasSize(2)
                            .allSatisfy(item ->
                                    assertThat(item.passed()).as(item.message()).isTrue());
                }
            }
            for (int n = 0; n < 6; n++) {
                last = switchSegment(server);
            }
            String expected = last;
            await().atMost(PATIENCE)
                    .until(() -> expected.equals(server.query("SELECT last_archived_wal FROM pg_stat_archiver")));
            assertThat(waiting(spool)).isGreaterThanOrEqualTo(6);
            assertThat(server.query("SELECT failed_count FROM pg_stat_archiver"))
                    .as(server.logTail())
                    .isEqualTo("0");
            try (PgBackup pg = open(site, repository, spool);
                    WalService service = pg.wal().serve(directory)) {
                assertThat(service).isNotNull();
                await().atMost(PATIENCE).until(() -> waiting(spool) == 0);
                assertThat(pg.wal().fetch(expected, work.resolve("fetched"))).isTrue();
                assertThat(pg.wal().gaps(repository)).isEmpty();
            }
        }
    }

    /** The application is down, and somebody restores: what waits here counts, for those who know of the spool. */
    @Test
    void aRestoreBringsWhatWaits() throws Exception {
        try (Site site = Site.start(
                PostgresVersion.V18, work, builder -> builder.walSegmentSize(1).setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)", "CREATE TABLE r (i int)");
            Path spool = server.socketDirectory().resolve("spool");
            Repository repository = site.repository();
            try (PgBackup pg = open(site, repository, spool)) {
                pg.initialize(repository);
                try (WalService service =
                        pg.wal().serve(server.socketDirectory().resolve("service"))) {
                    server.archiveBy(
                            service.writeArchiveCommand(server.socketDirectory().resolve("archive")));
                    pg.backup(BackupRequest.full().to(repository));
                }
                server.execute("INSERT INTO r VALUES (1)");
                switchSegment(server);
                server.execute("INSERT INTO r VALUES (2)");
                Lsn target = Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_insert_lsn()")));
                server.execute("INSERT INTO r VALUES (3)");
                String last = switchSegment(server);
                await().atMost(PATIENCE)
                        .until(() -> last.equals(server.query("SELECT last_archived_wal FROM pg_stat_archiver")));
                assertThat(waiting(spool)).isPositive();
                assertThat(rows(pg, site, RecoveryTarget.lsn(target))).isEqualTo("1,2");
                assertThat(rows(pg, site, RecoveryTarget.latest())).isEqualTo("1,2,3");
                try (PgBackup elsewhere = PgBackup.of(Cluster.named("main").withoutServer())
                        .repository(repository)
                        .walPolicy(WalPolicy.all().spooledIn(work.resolve("absent"), 1 << 20))
                        .build()) {
                    assertThatThrownBy(() -> elsewhere.planRestore(request(site, RecoveryTarget.lsn(target))))
                            .isInstanceOfSatisfying(
                                    PgBackupException.class,
                                    failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE));
                }
            }
        }
    }

    private static RestoreRequest request(Site site, RecoveryTarget target) {
        return RestoreRequest.into(site.fresh("restored"))
                .recoverTo(target)
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE);
    }

    private static String rows(PgBackup pg, Site site, RecoveryTarget target) {
        RestoreRequest request = request(site, target);
        pg.restore(request);
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), request.directory())) {
            return Objects.requireNonNull(restored.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM r"));
        }
    }

    private static PgBackup open(Site site, Repository repository, Path spool) {
        return PgBackup.of(site.cluster("main"))
                .repository(repository)
                .walPolicy(WalPolicy.all().spooledIn(spool, 256 << 20))
                .build();
    }
}
