package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One percent of a large cluster's pages changes at random: an incremental backup reads and stores about one percent if the log is there, or the server's own
 * summaries of it; without both it reads everything and stores the same. What is read is what the operating system counted.
 */
@EnabledOnOs(OS.LINUX)
class OnePercentServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(OnePercentServerTest.class);
    private static final int LARGE = 2_621_440;

    @TempDir
    Path work;

    @Test
    void ofSomeMegabytes() {
        prove(6_000);
    }

    /** Needs some 35 GB of disk. */
    @Test
    @Tag("long")
    void ofTwentyGibibytes() {
        prove(LARGE);
    }

    private void prove(int pages) {
        try (Site site = Site.start(
                PostgresVersion.newest(),
                work,
                builder -> builder.setting("max_wal_size", "16GB")
                        .setting("min_wal_size", "80MB")
                        .setting("wal_level", "minimal")
                        .setting("max_wal_senders", "0"))) {
            fill(site.server(), pages);
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupResult full =
                        timed("full", pages, pg, BackupRequest.full().to(repository));
                BackupRequest incremental = BackupRequest.incremental().to(repository);

                change(site.server(), pages, 1);
                BackupResult byLog = timed("by pg_wal", pages, pg, incremental);
                assertThat(byLog.detection()).startsWith("WAL").contains("from pg_wal");
                requireOnePercent(full, byLog, pages);

                change(site.server(), pages, 2);
                removeLog(site.server());
                BackupResult bySummaries = timed("by the server's summaries", pages, pg, incremental);
                assertThat(bySummaries.detection()).startsWith("WAL").contains("the server's own summaries");
                requireOnePercent(full, bySummaries, pages);

                change(site.server(), pages, 3);
                site.server().execute("ALTER SYSTEM SET summarize_wal = off", "SELECT pg_reload_conf()");
                removeLog(site.server());
                BackupResult byFingerprints = timed("by fingerprints", pages, pg, incremental);
                assertThat(byFingerprints.detection()).startsWith("page fingerprints");
                requireStored(full, byFingerprints, pages);
            }
        }
    }

    /** Half of each page is noise; written without log, as a cluster that was there before. */
    private static void fill(PostgresServer server, int pages) {
        server.execute(
                "CREATE TABLE noise AS SELECT string_agg(decode(md5(g::text), 'hex'), ''::bytea) AS b FROM generate_series(1, 65536) g",
                "CREATE TABLE big (n int NOT NULL, noise bytea, blank text) WITH (fillfactor = 60)",
                "ALTER TABLE big ALTER noise SET STORAGE PLAIN, ALTER blank SET STORAGE PLAIN",
                "BEGIN; TRUNCATE big; INSERT INTO big SELECT 0,"
                        + " substring((SELECT b || ''::bytea FROM noise) FROM 1 + (i::bigint * 7919 % 1000000)::int FOR 1200), repeat('x', 1200)"
                        + " FROM generate_series(1, " + pages * 2 + ") i; COMMIT",
                "ALTER SYSTEM SET wal_level = 'replica'",
                "ALTER SYSTEM SET max_wal_senders = 4",
                "ALTER SYSTEM SET wal_keep_size = '8GB'",
                "ALTER SYSTEM SET archive_mode = on",
                "ALTER SYSTEM SET archive_command = 'true'",
                "ALTER SYSTEM SET summarize_wal = on");
        server.restart();
        assertThat(server.query("SELECT pg_relation_size('big') / 8192")).isEqualTo(String.valueOf(pages));
    }

    /** A row of every hundredth page, the pages spread as a hash spreads them, updated within its page. */
    private static void change(PostgresServer server, int pages, int round) {
        int item = 1 + round % 2;
        server.execute("UPDATE big SET n = n + 1 WHERE ctid = ANY (ARRAY(SELECT DISTINCT format('(%s,%s)', "
                + "(hashint4(i * 3 + " + round + ")::bigint & 2147483647) % " + pages + ", " + item + ")::tid"
                + " FROM generate_series(1, " + pages / 100 + ") i))");
    }

    /** The server has archived all of it, to where nobody finds it. */
    private static void removeLog(PostgresServer server) {
        String segment = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute(
                "ALTER SYSTEM SET wal_keep_size = 0",
                "SELECT pg_reload_conf()",
                "SELECT txid_current()",
                "SELECT pg_switch_wal()");
        await().atMost(Duration.ofMinutes(2))
                .until(() -> "t"
                        .equals(server.query(
                                "SELECT coalesce(last_archived_wal, '') >= '" + segment + "' FROM pg_stat_archiver")));
        server.execute("CHECKPOINT", "SELECT txid_current()", "SELECT pg_switch_wal()", "CHECKPOINT");
    }

    private static BackupResult timed(String way, int pages, PgBackup pg, BackupRequest request) {
        long begin = System.nanoTime();
        long before = readByThisProcess();
        BackupResult result = pg.backup(request);
        BackupSizes sizes = result.backup().sizes();
        LOG.info(
                "{} pages, {}: {} s; of {} MB read {} MB (this process in all {} MB), stored {} MB and {} MB of bookkeeping and {} MB of WAL, {} changed pages; {}",
                pages,
                way,
                (System.nanoTime() - begin) / 1_000_000 / 1000.0,
                sizes.cluster() / 1_000_000,
                sizes.read() / 1_000_000.0,
                (readByThisProcess() - before) / 1_000_000.0,
                sizes.stored() / 1_000_000.0,
                sizes.manifestStored() / 1_000_000.0,
                sizes.walStored() / 1_000_000.0,
                sizes.changedPages(),
                result.detection());
        return result;
    }

    /** All that went through read calls: of files, pipes, and terminals. */
    private static long readByThisProcess() {
        try {
            return Files.readAllLines(Path.of("/proc/self/io")).stream()
                    .filter(line -> line.startsWith("rchar: "))
                    .mapToLong(line -> Long.parseLong(line.substring(7)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireOnePercent(BackupResult full, BackupResult incremental, int pages) {
        requireStored(full, incremental, pages);
        // In a small cluster the catalogs and what is always read by content weigh more.
        long share = pages == LARGE ? 80 : 4;
        assertThat(incremental.backup().sizes().read())
                .isLessThan(full.backup().sizes().read() / share);
    }

    private static void requireStored(BackupResult full, BackupResult incremental, int pages) {
        BackupSizes sizes = incremental.backup().sizes();
        assertThat(sizes.changedPages()).isBetween(pages * 9L / 1000, pages * 11L / 1000 + 300);
        assertThat(sizes.stored()).isLessThan(full.backup().sizes().stored() / (pages == LARGE ? 65 : 20));
    }
}
