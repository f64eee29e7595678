package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.Retention;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Catalogs that grow, and repositories that live long: neither memory nor open files grow with what is gone. */
@Tag("long")
class ManyBackupsTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManyBackupsTest.class);
    private static final int ROUNDS = 300;

    @TempDir
    Path work;

    @Test
    void roundsOfBackupAndExpireLeaveNothingBehind() {
        Repository repository = Site.encrypted(work.resolve("rounds"), "rounds");
        try (KnownSets sets = new KnownSets(repository)) {
            long heapBefore = 0;
            long filesBefore = 0;
            BackupLabel full = sets.full(repository);
            for (int round = 1; round <= ROUNDS; round++) {
                full = round % 5 == 0 ? sets.full(repository) : full;
                sets.dependant(repository, BackupType.INCREMENTAL, full);
                PgBackup pg = sets.pg();
                pg.expire(
                        pg.planExpire(repository, Retention.keepFullBackups(2)).deletingAtOnce());
                if (round == ROUNDS / 3) {
                    heapBefore = liveHeap();
                    filesBefore = openFiles();
                }
            }
            LOG.info(
                    "after {} rounds: heap {} KiB, then {} KiB; open files {}, then {}",
                    ROUNDS,
                    heapBefore >> 10,
                    liveHeap() >> 10,
                    filesBefore,
                    openFiles());
            assertThat(liveHeap()).isLessThan(heapBefore + (4 << 20));
            assertThat(openFiles()).isLessThanOrEqualTo(filesBefore + 2);
            assertThat(sets.labels(repository)).hasSizeBetween(2, 14);
            try (var open = sets.open(repository)) {
                assertThat(open.list(KnownSets.LAYOUT.data()).prefixes()).hasSizeBetween(2, 14);
                assertThat(open.list(KnownSets.LAYOUT.leases()).objects()).hasSizeLessThan(5);
            }
        }
    }

    @Test
    void fiveHundredBackupsArePlannedQuickly() {
        Repository repository = KnownSets.inMemory("many");
        try (KnownSets sets = new KnownSets(repository)) {
            BackupLabel full = sets.full(repository);
            for (int set = 1; set < 500; set++) {
                full = set % 7 == 0 ? sets.full(repository) : full;
                sets.dependant(repository, BackupType.DIFFERENTIAL, full);
            }
            long begin = System.nanoTime();
            ExpirePlan plan = sets.pg().planExpire(repository, Retention.keepFullBackups(4));
            long planned = System.nanoTime();
            sets.pg().expire(plan.deletingAtOnce());
            long expired = System.nanoTime();
            LOG.info(
                    "{} backups: plan {} ms, expire of {} {} ms",
                    plan.decisions().size(),
                    TimeUnit.NANOSECONDS.toMillis(planned - begin),
                    plan.backupsToDelete().size(),
                    TimeUnit.NANOSECONDS.toMillis(expired - planned));
            assertThat(sets.labels(repository))
                    .hasSize(plan.decisions().size() - plan.backupsToDelete().size());
        }
    }

    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }
}
