package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BackupRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Sets that take over the work of interrupted ones: whatever the cluster did in between, each comes back as the cluster was. */
class ResumeModelTest {
    private static FakeCluster cluster(Random random) {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        for (int database = 1; database < 3; database++) {
            for (int table = 0; table < 4; table++) {
                cluster.files.put(
                        ClusterPath.of("base/" + database + "/" + (16384 + table)),
                        FakeCluster.pages(random, 1, 0, random.nextInt(80)));
            }
        }
        return cluster;
    }

    @Property(tries = 40)
    void whateverHappensBetweenInterruptionsEverySetComesBackAsItWas(@ForAll long seed) {
        Random random = new Random(seed);
        FakeCluster cluster = cluster(random);
        List<BackupRecord> records = new ArrayList<>();
        List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = new ArrayList<>();
        long lsn = 1000;
        try (SetHarness harness = new SetHarness()) {
            for (int attempt = 0; attempt < 12 && records.size() < 4; attempt++) {
                BackupRequest.Draft draft = random.nextInt(4) == 0
                        ? BackupRequest.full()
                        : random.nextBoolean()
                                ? BackupRequest.auto()
                                : BackupRequest.differential().orFullIfNoBase();
                long calls = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextInt(150);
                harness.take(draft, cluster, lsn, calls).ifPresent(record -> {
                    records.add(record);
                    states.add(cluster.copy());
                });
                if (random.nextInt(4) > 0) {
                    RandomChanges.make(cluster, random, lsn + 999);
                }
                lsn += 1000;
            }
            for (int set = 0; set < records.size(); set++) {
                RandomChanges.assertSame(harness.restore(records.get(set)), states.get(set));
            }
        }
    }

    /** The storage dies at each call that a full backup makes, one after the other. */
    @Test
    void aBackupIsResumedWhereverItWasInterrupted() {
        int resumed = 0;
        int interruptions = 0;
        for (long calls = 0; ; calls++) {
            Random random = new Random(calls);
            FakeCluster cluster = cluster(new Random(1));
            try (SetHarness harness = new SetHarness()) {
                if (harness.take(BackupRequest.full(), cluster, 1000, calls).isPresent()) {
                    break;
                }
                interruptions++;
                RandomChanges.make(cluster, random, 1999);
                BackupRecord record = harness.take(BackupRequest.full(), cluster, 2000);
                RandomChanges.assertSame(harness.restore(record), cluster.copy());
                resumed += record.adopted().labels().size();
                RandomChanges.make(cluster, random, 2999);
                BackupRecord upon = harness.take(BackupRequest.incremental(), cluster, 3000);
                assertThat(upon.base()).contains(record.label());
                RandomChanges.assertSame(harness.restore(upon), cluster.copy());
            }
        }
        assertThat(interruptions).isGreaterThan(40);
        assertThat(resumed).isGreaterThan(5);
    }

    /** An incremental one, and then its own resumption, are interrupted: the third attempt takes over from both. */
    @Test
    void aResumedBackupThatIsInterruptedIsResumed() {
        FakeCluster cluster = cluster(new Random(1));
        try (SetHarness harness = new SetHarness()) {
            harness.take(BackupRequest.full(), cluster, 1000);
            cluster.files.replaceAll((path, content) -> path.toString().startsWith("base/")
                    ? FakeCluster.pages(new Random(path.hashCode()), 1500, 0, 200)
                    : content);
            harness.storage.dieBefore(manifestPage(4));
            assertThat(harness.take(BackupRequest.incremental(), cluster, 2000, Long.MAX_VALUE))
                    .isEmpty();
            harness.storage.dieBefore(manifestPage(3));
            assertThat(harness.take(BackupRequest.incremental(), cluster, 3000, Long.MAX_VALUE))
                    .isEmpty();
            BackupRecord record = harness.take(BackupRequest.incremental(), cluster, 4000);
            assertThat(record.adopted().labels()).hasSize(2);
            assertThat(harness.totals.changedPages()).isBetween(1L, 1200L);
            assertThat(record.adopted().bytes()).isGreaterThan(800L * FakeCluster.PAGE_SIZE);
            RandomChanges.assertSame(harness.restore(record), cluster.copy());
        }
    }

    /** The n-th manifest page of a set that becomes durable, whichever it is. */
    private static Predicate<String> manifestPage(int nth) {
        AtomicInteger pages = new AtomicInteger();
        return key -> key.contains("/manifest/0/") && pages.incrementAndGet() == nth;
    }

    @Test
    void nothingThatIsStoredAlreadyIsStoredAgain() {
        FakeCluster cluster = cluster(new Random(1));
        try (SetHarness harness = new SetHarness()) {
            harness.storage.dieBefore(key -> key.startsWith("model/backup/"));
            assertThat(harness.take(BackupRequest.full(), cluster, 1000, Long.MAX_VALUE))
                    .isEmpty();
            long stored = harness.memory.keys().stream()
                    .filter(key -> key.toString().contains("/bundle/"))
                    .count();
            BackupRecord record = harness.take(BackupRequest.full(), cluster, 2000);
            assertThat(harness.totals.changedPages()).isZero();
            assertThat(harness.memory.keys().stream()
                            .filter(key -> key.toString().contains("/bundle/"))
                            .count())
                    .isEqualTo(stored);
            assertThat(record.adopted().labels()).hasSize(1);
            RandomChanges.assertSame(harness.restore(record), cluster.copy());
        }
    }
}
