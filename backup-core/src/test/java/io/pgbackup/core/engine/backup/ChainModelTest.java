package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BackupRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Chains of sets of a cluster in memory that changes at random: each must come back as it was. */
class ChainModelTest {
    private static final ClusterPath TABLE = ClusterPath.of("base/1/16384");
    private static final int PAGE = FakeCluster.PAGE_SIZE;

    @Property(tries = 25)
    void everySetOfAChainComesBackAsItWas(@ForAll long seed) {
        Random random = new Random(seed);
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        List<BackupRecord> records = new ArrayList<>();
        List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = new ArrayList<>();
        try (SetHarness harness = new SetHarness()) {
            for (int set = 0; set < 5; set++) {
                long lsn = 1000L * (set + 1);
                RandomChanges.make(cluster, random, lsn - 1);
                records.add(harness.take(cluster, lsn));
                states.add(cluster.copy());
            }
            for (int set = 0; set < records.size(); set++) {
                RandomChanges.assertSame(harness.restore(records.get(set)), states.get(set));
            }
        }
    }

    @Test
    void onlyChangedPagesAreStored() {
        Random random = new Random(1);
        FakeCluster cluster = cluster(random, 5000);
        try (SetHarness harness = new SetHarness()) {
            harness.take(cluster, 1000);
            assertThat(harness.totals.changedPages()).isEqualTo(5000);
            byte[] changed = cluster.files.getOrDefault(TABLE, new byte[0]).clone();
            System.arraycopy(FakeCluster.page(random, 1500, 4321), 0, changed, 4321 * PAGE, PAGE);
            cluster.files.put(TABLE, changed);
            BackupRecord incremental = harness.take(cluster, 2000);
            assertThat(harness.totals.changedPages()).isEqualTo(1);
            RandomChanges.assertSame(harness.restore(incremental), cluster.copy());
        }
    }

    /** Fingerprints may collide, and the server may have written the page after it was copied: the position of the last change decides. */
    @Test
    void aPageNewerThanItsBaseIsStoredWhateverItsFingerprint() {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(TABLE, FakeCluster.pages(new Random(1), 1500, 0, 10));
        try (SetHarness harness = new SetHarness()) {
            harness.take(cluster, 1000);
            harness.take(cluster, 2000);
            assertThat(harness.totals.changedPages()).isEqualTo(10);
            harness.take(cluster, 3000);
            assertThat(harness.totals.changedPages()).isZero();
        }
    }

    @Test
    void aTornPageIsReadAgainAndStoredWhole() {
        FakeCluster cluster = cluster(new Random(1), 100);
        byte[] whole = cluster.files.getOrDefault(TABLE, new byte[0]);
        byte[] torn = whole.clone();
        Arrays.fill(torn, 50 * PAGE + 4096, 51 * PAGE, (byte) 1);
        cluster.files.put(TABLE, torn);
        AtomicInteger reads = new AtomicInteger();
        cluster.beforeRead = (path, position) -> {
            if (path.equals(TABLE) && position == 50L * PAGE && reads.incrementAndGet() == 2) {
                cluster.files.put(TABLE, whole);
            }
        };
        try (SetHarness harness = new SetHarness()) {
            BackupRecord record = harness.take(cluster, 1000);
            assertThat(harness.totals.badPages()).isEmpty();
            assertThat(harness.restore(record).get(TABLE)).isEqualTo(whole);
        }
        assertThat(reads.get()).as("the second read reached the file").isGreaterThanOrEqualTo(2);
    }

    @Test
    void aPageThatStaysBadIsListedAndStoredAsItIs() {
        FakeCluster cluster = cluster(new Random(1), 100);
        byte[] damaged = cluster.files.getOrDefault(TABLE, new byte[0]);
        damaged[70 * PAGE + 5000] ^= 1;
        try (SetHarness harness = new SetHarness()) {
            BackupRecord record = harness.take(cluster, 1000);
            assertThat(harness.totals.badPages()).singleElement().satisfies(page -> {
                assertThat(page.path()).isEqualTo("base/1/16384");
                assertThat(page.block()).isEqualTo(70);
            });
            assertThat(harness.restore(record).get(TABLE)).isEqualTo(damaged);
        }
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsStoredAsItIsThen() {
        FakeCluster cluster = cluster(new Random(1), 6000);
        byte[] cut = Arrays.copyOf(cluster.files.getOrDefault(TABLE, new byte[0]), 1000 * PAGE);
        cluster.beforeRead = (path, position) -> {
            if (path.equals(TABLE) && position > 3000L * PAGE) {
                cluster.files.put(TABLE, cut);
            }
        };
        try (SetHarness harness = new SetHarness()) {
            BackupRecord record = harness.take(cluster, 1000);
            byte[] restored = harness.restore(record).getOrDefault(TABLE, new byte[0]);
            assertThat(restored.length).isGreaterThanOrEqualTo(cut.length);
            assertThat(Arrays.copyOf(restored, cut.length)).isEqualTo(cut);
        }
    }

    @Test
    void aFileThatGrowsIsStoredUpToTheLengthThatWasListed() {
        FakeCluster cluster = cluster(new Random(1), 100);
        byte[] listed = cluster.files.getOrDefault(TABLE, new byte[0]);
        cluster.beforeRead = (path, position) -> {
            if (path.equals(TABLE)) {
                cluster.files.put(TABLE, Arrays.copyOf(listed, 200 * PAGE));
            }
        };
        try (SetHarness harness = new SetHarness()) {
            assertThat(harness.restore(harness.take(cluster, 1000)).get(TABLE)).isEqualTo(listed);
        }
    }

    @Test
    void aFileThatVanishesLeavesItsNeighboursAlone() {
        FakeCluster cluster = cluster(new Random(1), 100);
        ClusterPath next = ClusterPath.of("base/1/16385");
        cluster.files.put(next, FakeCluster.pages(new Random(2), 1, 0, 3));
        cluster.beforeRead = (path, position) -> {
            if (path.equals(ClusterPath.of("PG_VERSION"))) {
                cluster.files.remove(TABLE);
            }
        };
        try (SetHarness harness = new SetHarness()) {
            ConcurrentSkipListMap<ClusterPath, byte[]> restored = harness.restore(harness.take(cluster, 1000));
            assertThat(restored.get(next)).isEqualTo(cluster.files.get(next));
        }
    }

    private static FakeCluster cluster(Random random, int blocks) {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(TABLE, FakeCluster.pages(random, 1, 0, blocks));
        return cluster;
    }
}
