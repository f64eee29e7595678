package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that backs up, expires and restores under load is killed at a random moment, again and again; after each time every listed backup verifies
 * by content, no half restore can start, and the last backup of all restores with its ledger.
 */
class KilledProcessServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(KilledProcessServerTest.class);
    private static final int CHECK_EVERY = 10;
    private static final Duration LOAD_PAUSE = Duration.ofMillis(10);

    @TempDir
    Path work;

    @Test
    void twentyKillsLoseNothing() throws Exception {
        kill(20, 20);
    }

    @Test
    @Tag("long")
    void manyKillsLoseNothing() throws Exception {
        kill(Integer.getInteger("pgbackup.kills", 200), System.nanoTime());
    }

    private void kill(int kills, long seed) throws Exception {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            site.server().execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
            LedgerLoad.prepare(site.server());
            site.server().execute("DROP TABLE distant");
            site.server().execute("CREATE TABLE distant (n bigint, filler text)");
            site.server().execute("DROP TABLESPACE far");
            Repository repository = site.repository();
            AtomicLong aside = new AtomicLong();
            try (PgBackupRuntime runtime = PgBackupRuntime.builder()
                            .ticker(() -> System.nanoTime() + aside.get())
                            .build();
                    PgBackup pg = PgBackup.of(site.cluster("main"))
                            .repository(repository)
                            .runtime(runtime)
                            .build();
                    LedgerLoad load = new LedgerLoad(site.server(), LOAD_PAUSE).start()) {
                pg.initialize(repository);
                Random random = new Random(seed);
                for (int number = 1; number <= kills; number++) {
                    Path targets = Files.createDirectories(site.fresh("targets"));
                    runAndKill(site, repository, targets, random);
                    takeOver(pg, repository, aside);
                    pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                    requireNoHalfRestoreStarts(targets);
                    Tree.delete(targets);
                    if (number % CHECK_EVERY == 0) {
                        requireNewestRestores(site, pg, repository, load);
                        LOG.info("{} kills lost nothing", number);
                    }
                    load.requireHealthy();
                }
            }
        }
    }

    /** Nobody is asked: the next backup sees that the lease is silent for longer than its term, which passes quickly here. */
    private static void takeOver(PgBackup pg, Repository repository, AtomicLong aside) {
        try {
            pg.backup(BackupRequest.auto().to(repository));
        } catch (ConflictException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.LEASE_HELD);
            aside.addAndGet(Duration.ofMinutes(16).toNanos());
            pg.backup(BackupRequest.auto().to(repository));
        }
        assertThat(pg.info(repository).unsettled()).isEmpty();
    }

    private static void runAndKill(Site site, Repository repository, Path targets, Random random) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedProcess.class.getName(),
                        site.server().dataDirectory().toString(),
                        site.server().jdbcUrl("postgres"),
                        Site.place(repository).toString(),
                        targets.toString(),
                        Long.toString(random.nextLong()))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.equals("alive")) {
                line = output.readLine();
            }
            assertThat(line).as("the process came to life").isNotNull();
            boolean ended = process.waitFor(random.nextInt(2_000), TimeUnit.MILLISECONDS);
            assertThat(ended)
                    .as("it goes on until it is killed: %s", ended ? output.readLine() : "")
                    .isFalse();
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** A cluster without a control file cannot start; one with it is complete, because that file is restored last. */
    private static void requireNoHalfRestoreStarts(Path targets) throws IOException {
        try (Stream<Path> restored = Files.list(targets)) {
            for (Path target : restored.toList()) {
                if (Files.exists(target.resolve("global/pg_control"))) {
                    try (PostgresServer server = PostgresServer.startOn(PostgresVersion.V17, target)) {
                        assertThat(server.query("SELECT count(*) FROM accounts"))
                                .isEqualTo(Integer.toString(LedgerLoad.ACCOUNTS));
                    }
                }
            }
        }
    }

    private static void requireNewestRestores(Site site, PgBackup pg, Repository repository, LedgerLoad load) {
        pg.backup(BackupRequest.auto().to(repository));
        List<BackupInfo> backups = pg.info(repository).backups();
        BackupInfo newest = backups.get(backups.size() - 1);
        try (PostgresServer restored = site.restored(pg, repository, newest.label())) {
            RestoredBooks books = new RestoredBooks(restored);
            books.requireExactly(newest.wal().stop(), load.acknowledged());
            books.requireSound();
        }
    }
}
