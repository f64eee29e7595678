package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A full backup, a differential and three incrementals under load; each is restored and compared with what the source had when it was stopped. */
class ChainServerTest {
    private static final String STILL = "SELECT md5(string_agg(id || v, ',' ORDER BY id)) FROM still";
    private static final String SHRINKING =
            "SELECT md5(coalesce(string_agg(id || v, ',' ORDER BY id), '')) FROM shrinking";

    @TempDir
    Path work;

    /** A backup and the contents of the tables that change only between backups. */
    private record Taken(BackupResult backup, String still, String shrinking, List<String> doomed) {}

    @ParameterizedTest
    @EnumSource(PostgresVersion.class)
    void everyBackupOfAChainIsWhatTheSourceWas(PostgresVersion version) {
        try (Site site = Site.start(version, work, builder -> builder.setting("wal_keep_size", "2GB"))) {
            prepare(site);
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                List<Taken> chain = new ArrayList<>();
                try (LedgerLoad load = new LedgerLoad(site.server()).start()) {
                    takeChain(site, pg, repository, load, chain);
                    load.close();
                    requireChain(chain);
                    pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                    for (Taken taken : chain) {
                        restoreAndCompare(site, pg, repository, taken, load);
                    }
                }
            }
        }
    }

    private static void prepare(Site site) {
        PostgresServer server = site.server();
        server.execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
        LedgerLoad.prepare(server);
        server.execute(
                "CREATE EXTENSION amcheck",
                "CREATE TABLE still (id int PRIMARY KEY, v text)",
                "INSERT INTO still SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 30000) i",
                "CREATE TABLE shrinking (id int PRIMARY KEY, v text)",
                "INSERT INTO shrinking SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 20000) i");
        for (int number = 0; number < 5; number++) {
            server.execute(
                    "CREATE TABLE doomed_" + number + " AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i");
        }
        server.execute("VACUUM FREEZE");
    }

    private static void takeChain(Site site, PgBackup pg, Repository repository, LedgerLoad load, List<Taken> chain) {
        List<BackupRequest.Draft> drafts = List.of(
                BackupRequest.full(),
                BackupRequest.differential(),
                BackupRequest.incremental(),
                BackupRequest.incremental(),
                BackupRequest.incremental());
        for (int number = 0; number < drafts.size(); number++) {
            String still = Objects.requireNonNull(site.server().query(STILL));
            String shrinking = Objects.requireNonNull(site.server().query(SHRINKING));
            List<String> doomed = doomed(site.server());
            chain.add(new Taken(pg.backup(drafts.get(number).to(repository)), still, shrinking, doomed));
            load.requireHealthy();
            change(site.server(), number);
        }
    }

    /** What happens between two backups. */
    private static void change(PostgresServer server, int number) {
        server.execute(
                "UPDATE still SET v = 'round " + number + "' WHERE id % 97 = " + number,
                number % 2 == 0 ? "DELETE FROM shrinking WHERE id > 5000" : "TRUNCATE shrinking",
                "VACUUM shrinking",
                number == 2
                        ? "SELECT 1"
                        : "INSERT INTO shrinking SELECT i, repeat(md5((i + " + number
                                + ")::text), 6) FROM generate_series(5001, 12000) i",
                "DROP TABLE doomed_" + number);
    }

    private static List<String> doomed(PostgresServer server) {
        return server
                .queryRows("postgres", "SELECT relname FROM pg_class WHERE relname LIKE 'doomed%' ORDER BY 1")
                .stream()
                .map(row -> Objects.requireNonNull(row.get(0)))
                .toList();
    }

    private static void requireChain(List<Taken> chain) {
        for (int number = 1; number < chain.size(); number++) {
            BackupResult below = chain.get(number - 1).backup();
            BackupResult backup = chain.get(number).backup();
            assertThat(backup.backup().base()).contains(below.label());
            assertThat(backup.backup().references()).hasSize(number);
            assertThat(backup.badPages()).isEmpty();
            assertThat(backup.detection()).startsWith("WAL");
            assertThat(backup.backup().wal().stop())
                    .as("the writers wrote")
                    .isGreaterThan(new Lsn(below.backup().wal().stop().value() + 100_000));
        }
    }

    private static void restoreAndCompare(Site site, PgBackup pg, Repository repository, Taken taken, LedgerLoad load) {
        Path target = site.fresh("restored");
        pg.restore(Site.restoreInto(target)
                .from(repository)
                .backup(taken.backup().label())
                .tablespace("far", site.fresh("far")));
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
            RestoredBooks books = new RestoredBooks(restored);
            books.requireExactly(taken.backup().backup().wal().stop(), load.acknowledged());
            books.requireUnloggedReset();
            books.same(taken.still(), STILL);
            books.same(taken.shrinking(), SHRINKING);
            assertThat(doomed(restored)).isEqualTo(taken.doomed());
            books.requireSound();
        }
    }
}
