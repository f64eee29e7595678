package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresVersion;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One engine that backs up a server and expires for long: neither its heap, nor its threads, nor its open files grow. */
@Tag("long")
class ManyRoundsServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManyRoundsServerTest.class);
    private static final int ROUNDS = 300;

    /** What grows in the first rounds only: pools, caches, compiled code's tables. */
    private static final int WARM = 60;

    @TempDir
    Path work;

    /** What a process holds. */
    private record Held(long heap, long files, int threads) {
        static Held now() {
            System.gc();
            return new Held(
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                    ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                            .getOpenFileDescriptorCount(),
                    ManagementFactory.getThreadMXBean().getThreadCount());
        }
    }

    @Test
    void roundsOfBackupAndExpireLeaveNothingBehind() {
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            site.server().execute("CREATE TABLE t AS SELECT i, md5(i::text) v FROM generate_series(1, 1000) i");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                Held warm = Held.now();
                long begin = System.nanoTime();
                for (int round = 1; round <= ROUNDS; round++) {
                    site.server().execute("UPDATE t SET v = 'round " + round + "' WHERE i = " + round);
                    BackupRequest.Draft draft = round % 10 == 1 ? BackupRequest.full() : BackupRequest.incremental();
                    pg.backup(draft.to(repository));
                    pg.expire(pg.planExpire(repository, Retention.keepFullBackups(2))
                            .deletingAtOnce());
                    if (round == WARM) {
                        warm = Held.now();
                    }
                }
                Held end = Held.now();
                LOG.info(
                        "{} rounds in {} s: at first {}, at last {}",
                        ROUNDS,
                        (System.nanoTime() - begin) / 1_000_000_000,
                        warm,
                        end);
                assertThat(end.heap()).isLessThan(warm.heap() + (4 << 20));
                assertThat(end.files()).isLessThanOrEqualTo(warm.files() + 2);
                assertThat(end.threads()).isLessThanOrEqualTo(warm.threads() + 2);
                assertThat(pg.info(repository).backups()).hasSizeBetween(2, 20);
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            }
        }
    }
}
