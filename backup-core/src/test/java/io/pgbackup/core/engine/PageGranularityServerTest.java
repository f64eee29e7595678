package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One percent of the pages of a large table changes in place, at random: an incremental backup stores little more than those. A large file is
 * copied by all workers, in memory that does not grow with it.
 */
class PageGranularityServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(PageGranularityServerTest.class);
    private static final String CONTENT =
            "SELECT count(*) || '|' || sum(hashtextextended(v, 0)::numeric) || '|' || sum(n) FROM big";

    /** Far below the size of the file: workers times their buffers and bundles, and the page maps. */
    private static final long MOST_HEAP = 320L << 20;

    @TempDir
    Path work;

    @Test
    void onePercentOfSomeMegabytes() {
        prove(8_000);
    }

    /** A table of more than one segment file. */
    @Test
    @Tag("long")
    void onePercentOfMoreThanOneSegment() {
        prove(140_000);
    }

    private void prove(int pages) {
        try (Site site = Site.start(
                PostgresVersion.newest(),
                work,
                server -> server.setting("max_wal_size", "4GB").setting("wal_keep_size", "4GB"))) {
            fill(site.server(), pages);
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupSizes full =
                        pg.backup(BackupRequest.full().to(repository)).backup().sizes();
                change(site.server());
                String expected = Objects.requireNonNull(site.server().query(CONTENT));
                var incremental = pg.backup(BackupRequest.incremental().to(repository));
                BackupSizes sizes = incremental.backup().sizes();
                report(pages, full, sizes);
                assertThat(bytes(sizes)).isLessThan(bytes(full) / 50);
                assertThat(incremental.detection()).startsWith("WAL");
                assertThat(sizes.read())
                        .as("the log says what to read")
                        .isLessThan(full.read() / (pages > 100_000 ? 25 : 4));
                if (pages > 100_000) {
                    assertThat(full.manifestStored()).as("bookkeeping").isLessThan(full.cluster() * 15 / 10_000);
                    assertThat(sizes.manifestStored()).as("bookkeeping").isLessThan(sizes.stored() * 5 / 100);
                }
                assertThat(sizes.changedPages()).isBetween(pages / 100L, pages * 15L / 1000 + 200);
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                try (PostgresServer restored = site.restored(pg, repository, incremental.label())) {
                    assertThat(restored.query(CONTENT)).isEqualTo(expected);
                }
            }
        }
    }

    /** Data and manifest; the WAL between start and stop is another matter. */
    private static long bytes(BackupSizes sizes) {
        return sizes.stored() + sizes.manifestStored();
    }

    /** Wide rows whose content hardly compresses, two to a page with room to change one in place. */
    private static void fill(PostgresServer server, int pages) {
        server.execute(
                "CREATE TABLE big (id int, n int NOT NULL, v text STORAGE PLAIN) WITH (fillfactor = 60)",
                "INSERT INTO big SELECT i, 0, (SELECT string_agg(md5((i * 100 + j)::text), '') FROM generate_series(1, 75) j)"
                        + " FROM generate_series(1, " + pages * 2 + ") i",
                "CREATE INDEX ON big (id)",
                "VACUUM (FREEZE, ANALYZE) big",
                "CHECKPOINT");
        // The hint bits of the catalogs, so that reading them later changes no page.
        server.execute("VACUUM FREEZE", "CHECKPOINT");
    }

    /** A row on somewhat more than every hundredth page, spread as a hash spreads them, updated within its page. */
    private static void change(PostgresServer server) {
        server.execute("UPDATE big SET n = n + 1 WHERE id % 2 = 0 AND (hashint4(id)::bigint & 2147483647) % 80 = 0");
    }

    private static void report(int pages, BackupSizes full, BackupSizes incremental) {
        LOG.info(
                "{} pages: full {} bytes, of them manifest {}; incremental {} bytes ({} %), of them manifest {}, for {} changed pages;"
                        + " read {} and {} bytes",
                pages,
                bytes(full),
                full.manifestStored(),
                bytes(incremental),
                100.0 * bytes(incremental) / bytes(full),
                incremental.manifestStored(),
                incremental.changedPages(),
                full.read(),
                incremental.read());
    }

    @Test
    @Tag("long")
    void memoryIsBoundedAndAllWorkersShareOneFile() {
        try (Site site = Site.start(PostgresVersion.newest(), work, server -> server.setting("max_wal_size", "4GB"))) {
            fill(site.server(), 60_000);
            Repository repository = site.repository();
            AtomicInteger busy = new AtomicInteger();
            try (PgBackupRuntime runtime = PgBackupRuntime.builder()
                            .workers(2)
                            .threadFactory(task -> new Thread(task, "counted-" + busy.incrementAndGet()))
                            .build();
                    PgBackup pg = PgBackup.of(site.cluster("main"))
                            .repository(repository)
                            .runtime(runtime)
                            .build()) {
                pg.initialize(repository);
                pg.backup(BackupRequest.full().to(repository));
                long full = highWater(() -> pg.backup(BackupRequest.full().to(repository)));
                long incremental =
                        highWater(() -> pg.backup(BackupRequest.incremental().to(repository)));
                LOG.info("live heap: full {} MiB, incremental {} MiB", full >> 20, incremental >> 20);
                assertThat(full).isLessThan(MOST_HEAP);
                assertThat(incremental).isLessThan(MOST_HEAP);
                assertThat(busy.get()).isEqualTo(2);
            }
        }
    }

    /** The most that was alive after a collection while something ran. */
    private static long highWater(Runnable operation) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        AtomicLong most = new AtomicLong();
        ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
        try {
            sampler.scheduleWithFixedDelay(
                    () -> {
                        memory.gc();
                        most.accumulateAndGet(memory.getHeapMemoryUsage().getUsed(), Math::max);
                    },
                    0,
                    100,
                    TimeUnit.MILLISECONDS);
            operation.run();
        } finally {
            sampler.shutdownNow();
        }
        return most.get();
    }
}
