package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.ServerUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each way in which the log between a base and a server may not tell what changed: it is noticed and said, the pages are read, and what is restored is what the
 * server has.
 */
class BaseRuleServerTest {
    private static final String CONTENT = "SELECT count(*) || ' ' || coalesce(sum(a), 0) FROM t";
    private static final Path TOOLS = Path.of("/usr/lib/postgresql/15/bin");

    @TempDir
    Path work;

    private Site site(PostgresVersion version) {
        Site site = Site.start(
                version,
                work,
                builder -> builder.walSegmentSize(1)
                        .setting("wal_keep_size", "1GB")
                        .setting("wal_log_hints", "on")
                        .setting("restore_command", "false"));
        site.server().execute("CREATE TABLE t AS SELECT g AS a, repeat('x', 100) AS b FROM generate_series(1, 5000) g");
        return site;
    }

    private static void change(PostgresServer server, int amount) {
        server.execute(
                "UPDATE t SET a = a + " + amount + " WHERE a % 50 = 7",
                "INSERT INTO t SELECT " + amount + ", repeat('n', 200) FROM generate_series(1, 300) g");
    }

    private static PgBackup engine(PostgresServer server, Repository repository) {
        return PgBackup.of(Cluster.named("main")
                        .at(server.dataDirectory())
                        .connectedBy(
                                PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                        .build())
                .repository(repository)
                .build();
    }

    private static BackupResult full(PostgresServer server, Repository repository) {
        try (PgBackup pg = engine(server, repository)) {
            return pg.backup(BackupRequest.full().to(repository));
        }
    }

    private static void archiveAll(Site site, Repository repository) {
        try (PgBackup pg = engine(site.server(), repository)) {
            ChangesByLogServerTest.archiveAll(site, pg);
        }
    }

    private static BackupResult incremental(PostgresServer server, Repository repository) {
        try (PgBackup pg = engine(server, repository)) {
            return pg.backup(BackupRequest.incremental().to(repository));
        }
    }

    /** The pages are read because of a reason, and nothing is lost by it; the backup after that goes by the log again. */
    private void requireDoubt(Site site, PostgresServer server, Repository repository, String reason) {
        change(server, 3);
        BackupResult doubted = incremental(server, repository);
        assertThat(doubted.detection()).startsWith("page fingerprints").contains(reason);
        requireRestores(site, server, repository, doubted);
        change(server, 5);
        BackupResult trusted = incremental(server, repository);
        assertThat(trusted.detection()).startsWith("WAL");
        requireRestores(site, server, repository, trusted);
    }

    private static void requireRestores(Site site, PostgresServer server, Repository repository, BackupResult backup) {
        String expected = Objects.requireNonNull(server.query(CONTENT));
        try (PgBackup pg = engine(server, repository);
                PostgresServer restored = site.restored(pg, repository, backup.label())) {
            assertThat(restored.query(CONTENT)).isEqualTo(expected);
        }
    }

    /** Copies the stopped server's directory aside and starts it again. */
    private static Path snapshot(Site site) {
        PostgresServer server = site.server();
        Path snapshot = site.fresh("snapshot");
        server.stop(PostgresServer.StopMode.FAST);
        ServerFiles.copy(server.dataDirectory(), snapshot);
        server.start();
        return snapshot;
    }

    private static void turnBack(PostgresServer server, Path snapshot) {
        server.stop(PostgresServer.StopMode.FAST);
        ServerFiles.clear(server.dataDirectory());
        ServerFiles.copy(snapshot.resolve("."), server.dataDirectory());
        server.start();
    }

    /** Changes until the log is longer than that of a backup. */
    private static void writeBeyond(PostgresServer server, BackupResult backup) {
        String reached =
                "SELECT pg_current_wal_lsn() > '" + backup.backup().wal().stop() + "'";
        do {
            change(server, 2);
            server.execute("SELECT pg_switch_wal()");
        } while (!"t".equals(server.query(reached)));
    }

    @Test
    void snapshotTurnedBackOnTheSameTimeline() {
        try (Site site = site(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup initialized = site.initialized(repository)) {
                assertThat(initialized).isNotNull();
                Path snapshot = snapshot(site);
                change(server, 1);
                BackupResult full = full(server, repository);
                turnBack(server, snapshot);
                writeBeyond(server, full);
                requireDoubt(site, server, repository, "not part of this server's log");
            }
        }
    }

    /** As before, but the base's log was archived, and what the server then writes under the same names is refused. */
    @Test
    void snapshotTurnedBackWhileTheArchiveHasTheOtherLog() {
        try (Site site = site(PostgresVersion.V16)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup initialized = site.initialized(repository)) {
                assertThat(initialized).isNotNull();
                Path snapshot = snapshot(site);
                change(server, 1);
                BackupResult full = full(server, repository);
                change(server, 4);
                archiveAll(site, repository);
                turnBack(server, snapshot);
                writeBeyond(server, full);
                change(server, 3);
                BackupResult doubted = incremental(server, repository);
                assertThat(doubted.detection()).startsWith("page fingerprints");
                requireRestores(site, server, repository, doubted);
            }
        }
    }

    @Test
    void serverRestoredInPlaceToAPointBeforeItsBase() {
        try (Site site = site(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                change(server, 1);
                pg.backup(BackupRequest.incremental().to(repository));
                server.stop(PostgresServer.StopMode.FAST);
                ServerFiles.clear(server.dataDirectory());
                Path restored = site.fresh("restored");
                pg.restore(Site.restoreInto(restored).from(repository).backup(full.label()));
                try (PostgresServer there = start(site, restored)) {
                    assertThat(there.query("SELECT timeline_id FROM pg_control_checkpoint()"))
                            .isEqualTo("2");
                    requireDoubt(site, there, repository, "restored, rewound or made anew");
                }
            }
        }
    }

    private static PostgresServer start(Site site, Path data) {
        return PostgresServer.startOn(site.server().version(), data);
    }

    /** Two copies of one backup both begin timeline 2; the one that goes on is not the one whose backup is the base. */
    @Test
    void twoBranchesOfOneTimelineNumber() {
        try (Site site = site(PostgresVersion.V18)) {
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                Path one = site.fresh("one");
                Path other = site.fresh("other");
                pg.restore(Site.restoreInto(one).from(repository).backup(full.label()));
                pg.restore(Site.restoreInto(other).from(repository).backup(full.label()));
                BackupResult base;
                try (PostgresServer first = start(site, one)) {
                    change(first, 1);
                    base = incremental(first, repository);
                }
                try (PostgresServer second = start(site, other)) {
                    writeBeyond(second, base);
                    requireDoubt(site, second, repository, "not part of this server's log");
                }
            }
        }
    }

    @Test
    void promotionIsNoReasonForDoubt() {
        try (Site site = site(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                change(server, 1);
                server.stop(PostgresServer.StopMode.FAST);
                ServerFiles.signal(server, server.dataDirectory(), "recovery.signal");
                server.start();
                change(server, 2);
                BackupResult incremental = incremental(server, repository);
                assertThat(incremental.backup().wal().timeline()).isEqualTo(2);
                assertThat(incremental.detection()).startsWith("WAL");
                requireRestores(site, server, repository, incremental);
            }
        }
    }

    @Test
    void baseOnAnAbandonedPartOfTheParentTimeline() {
        try (Site site = site(PostgresVersion.V15)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                Path fork = snapshot(site);
                change(server, 1);
                incremental(server, repository);
                ServerFiles.signal(server, fork, "recovery.signal");
                turnBack(server, fork);
                for (int round = 0; round < 3; round++) {
                    change(server, 2);
                    server.execute("SELECT pg_switch_wal()");
                }
                requireDoubt(site, server, repository, "not part of the history");
            }
        }
    }

    @Test
    void standbyBehindItsBase() {
        try (Site site = site(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup initialized = site.initialized(repository)) {
                assertThat(initialized).isNotNull();
                Path copied = snapshot(site);
                ServerFiles.signal(server, copied, "standby.signal");
                ServerFiles.settings(
                        copied, "primary_conninfo = 'host=127.0.0.1 user=postgres port=" + server.port() + "'");
                try (PostgresServer standby =
                        PostgresServer.of(server.version()).stayingInRecovery().startOn(copied)) {
                    change(server, 1);
                    server.execute("CHECKPOINT");
                    String reached = server.query("SELECT pg_current_wal_lsn()");
                    await().atMost(Duration.ofSeconds(30))
                            .until(() ->
                                    "t".equals(standby.query("SELECT pg_last_wal_replay_lsn() >= '" + reached + "'")));
                    standby.execute("SELECT pg_wal_replay_pause()");
                    change(server, 2);
                    full(server, repository);
                    BackupResult behind = incremental(standby, repository);
                    assertThat(behind.detection())
                            .startsWith("page fingerprints")
                            .contains("behind");
                }
            }
        }
    }

    @Test
    void logWithoutAllChanges() {
        try (Site site = site(PostgresVersion.V14)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                ServerFiles.settings(server.dataDirectory(), "wal_level = 'minimal'", "max_wal_senders = '0'");
                server.restart();
                server.execute("BEGIN", "TRUNCATE t", "INSERT INTO t SELECT 9, 'unlogged'", "COMMIT");
                ServerFiles.settings(server.dataDirectory(), "wal_level = 'replica'", "max_wal_senders = '10'");
                server.restart();
                requireDoubt(site, server, repository, "minimal");
            }
        }
    }

    @Test
    void checksumsSwitched() {
        Path program = TOOLS.resolve("pg_checksums");
        assumeTrue(Files.isExecutable(program), "there is no " + program);
        try (Site site = site(PostgresVersion.V15)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                server.stop(PostgresServer.StopMode.FAST);
                ServerFiles.run(ServerUser.choose()
                        .command(List.of(
                                program.toString(),
                                "--disable",
                                server.dataDirectory().toString())));
                server.start();
                requireDoubt(site, server, repository, "checksums were switched");
            }
        }
    }

    @Test
    void rewoundToItsFormerStandby() {
        Path program = TOOLS.resolve("pg_rewind");
        assumeTrue(Files.isExecutable(program), "there is no " + program);
        try (Site site = site(PostgresVersion.V15)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                Path copied = snapshot(site);
                change(server, 1);
                server.stop(PostgresServer.StopMode.FAST);
                ServerFiles.signal(server, copied, "recovery.signal");
                try (PostgresServer promoted = start(site, copied)) {
                    change(promoted, 2);
                    promoted.execute("CHECKPOINT");
                    ServerFiles.run(ServerUser.choose()
                            .command(List.of(
                                    program.toString(),
                                    "--no-sync",
                                    "--target-pgdata=" + server.dataDirectory(),
                                    "--source-server=host=127.0.0.1 user=postgres dbname=postgres port="
                                            + promoted.port())));
                    promoted.stop(PostgresServer.StopMode.FAST);
                    // What a rewound server would fetch from its new primary.
                    ServerFiles.copy(
                            copied.resolve("pg_wal/."), server.dataDirectory().resolve("pg_wal"));
                }
                server.start();
                requireDoubt(site, server, repository, "restored, rewound or made anew");
            }
        }
    }
}
