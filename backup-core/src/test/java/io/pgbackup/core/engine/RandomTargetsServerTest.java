package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.core.engine.RandomTarget.Side;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a server under load, archived all the time, backed up in every way, turned back to a point in its middle and promoted there: whichever point of
 * either timeline is asked for, in whatever way, exactly the transactions committed up to it are there.
 */
class RandomTargetsServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(RandomTargetsServerTest.class);

    @TempDir
    Path work;

    @Test
    void somePointsOfARun() {
        prove(PostgresVersion.V17, 100, 3, 4);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void fiftyPointsOfARun(PostgresVersion version) {
        prove(version, 1500, 50, System.nanoTime());
    }

    private void prove(PostgresVersion version, int transactions, int points, long seed) {
        Random random = new Random(seed);
        Map<String, Integer> kinds = new HashMap<>();
        try (Site site = Site.start(
                version,
                work,
                builder ->
                        builder.walSegmentSize(1).setting("archive_mode", "on").setting("wal_level", "logical"))) {
            Repository repository = site.repository();
            List<Side> sides = new Run(site, repository, transactions).sides(random);
            try (PgBackup pg = PgBackup.of(Cluster.named("main").withoutServer())
                    .repository(repository)
                    .build()) {
                BackupInfo first = pg.info(repository).backups().get(0);
                for (int point = 0; point < points; point++) {
                    RandomTarget target = RandomTarget.choose(sides, first, random);
                    RestoreRequest request = request(target, site.fresh("restored"));
                    pg.restore(random.nextInt(3) == 0 ? request.backup(first.label()) : request);
                    requireExactly(target, site, request);
                    kinds.merge(target.toString(), 1, Integer::sum);
                }
            }
        }
        LOG.info("{}, seed {}: exact at {}", version, seed, kinds);
    }

    private static RestoreRequest request(RandomTarget target, Path directory) {
        return RestoreRequest.into(directory)
                .recoverTo(target.where())
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE)
                .timeline(target.timeline());
    }

    private static void requireExactly(RandomTarget target, Site site, RestoreRequest request) {
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), request.directory())) {
            assertThat(CountingLoad.state(restored))
                    .as("%s: %s\n%s", target, target.where(), restored.logTail())
                    .isEqualTo(target.expected());
        }
        Tree.delete(request.directory());
    }

    /** The run: load, backups, archive, and a promotion in the middle. */
    private static final class Run {
        private final Site site;
        private final Repository repository;
        private final int transactions;

        Run(Site site, Repository repository, int transactions) {
            this.site = site;
            this.repository = repository;
            this.transactions = transactions;
        }

        List<Side> sides(Random random) {
            PostgresServer server = site.server();
            CountingLoad.prepare(server);
            CommitOrder.begin(server);
            Path promotedTo = site.serverDirectory("promoted");
            Side first;
            RandomTarget fork;
            try (PgBackup pg = site.initialized(repository);
                    WalService service = serve(pg, server)) {
                assertThat(service).isNotNull();
                Map<String, Lsn> points = load(server, pg, BackupRequest.full(), BackupRequest.incremental());
                first = new Side(1, CommitOrder.end(server), points);
                archiveAll(server, pg);
                fork = RandomTarget.fork(first, pg.info(repository).backups().get(0), random);
                pg.restore(request(fork, promotedTo).keepArchiving());
            }
            server.stop(PostgresServer.StopMode.FAST);
            try (PostgresServer promoted = PostgresServer.startOn(server.version(), promotedTo);
                    PgBackup pg = open(promoted);
                    WalService service = serve(pg, promoted)) {
                assertThat(service).isNotNull();
                assertThat(CountingLoad.state(promoted)).isEqualTo(fork.expected());
                CommitOrder.begin(promoted);
                Map<String, Lsn> points = load(promoted, pg, BackupRequest.differential(), BackupRequest.full());
                Side second = first.continued(fork, CommitOrder.end(promoted), points);
                archiveAll(promoted, pg);
                return List.of(first, second);
            }
        }

        /** Load in parts with a backup between each two. */
        private Map<String, Lsn> load(PostgresServer server, PgBackup pg, BackupRequest.Draft... backups) {
            try (CountingLoad load = CountingLoad.on(server)) {
                load.awaitMore(transactions / 3);
                for (BackupRequest.Draft backup : backups) {
                    pg.backup(backup.walFromArchive(Duration.ofSeconds(60)).to(repository));
                    load.awaitMore(transactions);
                }
                return load.restorePoints();
            }
        }

        private void archiveAll(PostgresServer server, PgBackup pg) {
            String segment =
                    Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
            server.execute("SELECT txid_current()", "SELECT pg_switch_wal()", "SELECT txid_current()");
            await().atMost(Duration.ofSeconds(60)).until(() -> pg.wal().fetch(segment, site.fresh("probe")));
            assertThat(pg.wal().gaps(repository)).isEmpty();
        }

        private static WalService serve(PgBackup pg, PostgresServer server) {
            WalService service = pg.wal().serve(server.socketDirectory().resolve("commands"));
            String command =
                    service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
            server.execute(
                    "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                    "SELECT pg_reload_conf()");
            return service;
        }

        private PgBackup open(PostgresServer server) {
            Cluster cluster = Cluster.named("main")
                    .at(server.dataDirectory())
                    .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                    .build();
            return PgBackup.of(cluster).repository(repository).build();
        }
    }
}
