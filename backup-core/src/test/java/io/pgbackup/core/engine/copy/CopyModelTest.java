package io.pgbackup.core.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.core.engine.backup.FakeCluster;
import io.pgbackup.core.engine.backup.RandomChanges;
import io.pgbackup.core.engine.backup.SetHarness;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.SetRecords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Chains of sets of a cluster in memory that changes at random, copied and combined: each must come back as it was. */
class CopyModelTest {
    private static final ClusterPath TABLE = ClusterPath.of("base/1/16384");
    private static final int PAGE = FakeCluster.PAGE_SIZE;

    /** A chain and what the cluster held at each of its sets. */
    private record Chain(List<BackupRecord> records, List<ConcurrentSkipListMap<ClusterPath, byte[]>> states) {
        BackupRecord newest() {
            return records.get(records.size() - 1);
        }
    }

    private static Chain chain(CopySite site, Random random, int length) {
        Chain chain = new Chain(new ArrayList<>(), new ArrayList<>());
        for (int set = 0; set < length; set++) {
            extend(site, random, chain, site.source, set == 0 ? BackupRequest.full() : dependent(random));
        }
        return chain;
    }

    private static Chain incrementals(CopySite site, Random random, int length) {
        Chain chain = new Chain(new ArrayList<>(), new ArrayList<>());
        for (int set = 0; set < length; set++) {
            extend(site, random, chain, site.source, set == 0 ? BackupRequest.full() : BackupRequest.incremental());
        }
        return chain;
    }

    private static BackupRequest.Draft dependent(Random random) {
        return random.nextInt(3) == 0 ? BackupRequest.differential() : BackupRequest.incremental();
    }

    private static void extend(
            CopySite site, Random random, Chain chain, SetHarness harness, BackupRequest.Draft draft) {
        long lsn = 1000L * (chain.states().size() + 1);
        RandomChanges.make(site.cluster, random, lsn - 1);
        chain.records().add(harness.take(draft, site.cluster, lsn));
        chain.states().add(site.cluster.copy());
    }

    @Property(tries = 15)
    void everySetOfACopiedChainIsWhatItWas(@ForAll long seed) {
        Random random = new Random(seed);
        try (CopySite site = new CopySite(random)) {
            Chain chain = chain(site, random, 5);
            CopyResult result =
                    site.copy(CopyRequest.all().from(CopySite.SOURCE).to(CopySite.TARGET));
            assertThat(result.copied()).hasSize(5);
            List<BackupRecord> held = site.held();
            assertThat(held).hasSize(5);
            for (int set = 0; set < 5; set++) {
                requireCopy(site, chain.records().get(set), held.get(set));
                RandomChanges.assertSame(
                        site.target.restore(held.get(set)), chain.states().get(set));
            }
            assertThat(result.label()).isEqualTo(held.get(4).label());
            extend(site, random, chain, site.target, BackupRequest.incremental());
            RandomChanges.assertSame(
                    site.target.restore(chain.newest()), chain.states().get(5));
        }
    }

    private static void requireCopy(CopySite site, BackupRecord original, BackupRecord copy) {
        assertThat(copy)
                .usingRecursiveComparison()
                .ignoringFields("label", "references", "sizes", "manifestRoot", "origin", "operationId")
                .isEqualTo(original);
        assertThat(copy.label().type()).isEqualTo(original.label().type());
        assertThat(copy.references()).hasSameSizeAs(original.references());
        assertThat(copy.origin())
                .contains(new BackupOrigin(site.source.repository().id(), "model", original.label()));
        SetRecords records = new SetRecords(site.target.repository(), site.target.layout());
        records.requireBegun(copy);
        records.requireStarted(copy);
    }

    @Property(tries = 15)
    void aCombinedChainIsAFullSetOfTheSameContent(@ForAll long seed) {
        Random random = new Random(seed);
        try (CopySite site = new CopySite(random)) {
            Chain chain = chain(site, random, 4);
            for (int set = 0; set < 4; set++) {
                CopyResult result =
                        site.combine(CopySite.combinationOf(chain.records().get(set)));
                BackupRecord full = site.held().get(set);
                assertThat(result.label()).isEqualTo(full.label());
                assertThat(full.label().type()).isEqualTo(BackupType.FULL);
                assertThat(full.references()).isEmpty();
                assertThat(full.origin().map(BackupOrigin::label))
                        .contains(chain.records().get(set).label());
                assertThat(full.wal()).isEqualTo(chain.records().get(set).wal());
                RandomChanges.assertSame(
                        site.target.restore(full), chain.states().get(set));
            }
            extend(site, random, chain, site.target, BackupRequest.incremental());
            RandomChanges.assertSame(
                    site.target.restore(chain.newest()), chain.states().get(4));
        }
    }

    /** More than fits into a worker's buffer, changed here and there, so that frames of the chain lie across the stretches of the copy. */
    @Test
    void aLargeFileIsCombinedStretchByStretch() {
        Random random = new Random(3);
        int blocks = 3000;
        try (CopySite site = new CopySite(random)) {
            site.cluster.files.put(TABLE, FakeCluster.pages(random, 1, 0, blocks));
            site.source.take(site.cluster, 1000);
            for (int round = 1; round < 4; round++) {
                byte[] changed =
                        site.cluster.files.getOrDefault(TABLE, new byte[0]).clone();
                for (int block = round; block < blocks; block += 97 * round) {
                    byte[] page = block % 5 == 0 ? new byte[PAGE] : FakeCluster.page(random, 1000 * round, block);
                    System.arraycopy(page, 0, changed, block * PAGE, PAGE);
                }
                site.cluster.files.put(TABLE, Arrays.copyOf(changed, changed.length - 5 * PAGE));
                site.source.take(site.cluster, 1000L * (round + 1));
            }
            CopyResult result =
                    site.combine(CombineRequest.newest().from(CopySite.SOURCE).to(CopySite.TARGET));
            BackupInfo full = result.backups().get(0);
            assertThat(full.sizes().changedPages()).isEqualTo(blocks - 15);
            RandomChanges.assertSame(site.target.restore(site.held().get(0)), site.cluster.copy());

            site.target.take(BackupRequest.incremental(), site.cluster, 9000);
            assertThat(site.target.changedPages()).as("the seed was inherited").isZero();
        }
    }

    @Test
    void nothingIsCopiedTwiceAndAnIncrementalComesAlone() {
        Random random = new Random(4);
        try (CopySite site = new CopySite(random)) {
            Chain chain = chain(site, random, 2);
            assertThat(sources(site.copy(CopySite.newest()))).isEqualTo(labels(chain.records()));
            CopyResult again = site.copy(CopySite.newest());
            assertThat(again.copied()).isEmpty();
            assertThat(again.bytesRead()).isZero();
            assertThat(again.label()).isEqualTo(site.held().get(1).label());

            extend(site, random, chain, site.source, BackupRequest.incremental());
            CopyResult next = site.copy(CopySite.newest());
            assertThat(sources(next)).containsExactly(chain.newest().label());
            assertThat(next.copied().get(0).backup().base())
                    .contains(site.held().get(1).label());
            RandomChanges.assertSame(
                    site.target.restore(site.held().get(2)), chain.states().get(2));
        }
    }

    @Test
    void everythingIsCopiedInTheOrderInWhichItLeansOnEachOther() {
        Random random = new Random(5);
        try (CopySite site = new CopySite(random)) {
            Chain chain = chain(site, random, 3);
            extend(site, random, chain, site.source, BackupRequest.full());
            extend(site, random, chain, site.source, BackupRequest.incremental());
            CopyResult result =
                    site.copy(CopyRequest.all().from(CopySite.SOURCE).to(CopySite.TARGET));
            assertThat(sources(result)).isEqualTo(labels(chain.records()));
            for (int set = 0; set < 5; set++) {
                RandomChanges.assertSame(
                        site.target.restore(site.held().get(set)),
                        chain.states().get(set));
            }
        }
    }

    /** A combined set has the content of the set it was made of, so what leans on that can lean on it. */
    @Test
    void anIncrementalIsCopiedOntoTheCombinationOfItsBase() {
        Random random = new Random(6);
        try (CopySite site = new CopySite(random)) {
            Chain chain = incrementals(site, random, 3);
            site.combine(CopySite.combinationOf(chain.records().get(1)));
            CopyResult result = site.copy(CopySite.newest());
            assertThat(sources(result)).containsExactly(chain.newest().label());
            BackupRecord full = site.held().get(0);
            assertThat(result.copied().get(0).backup().references()).containsExactly(full.label());
            assertThat(result.label().chain()).isEqualTo(full.label());
            RandomChanges.assertSame(
                    site.target.restore(site.held().get(1)), chain.states().get(2));
        }
    }

    @Test
    void aChainIsCombinedWithinItsRepository() {
        Random random = new Random(7);
        try (CopySite site = new CopySite(random)) {
            Chain chain = incrementals(site, random, 3);
            CombineRequest request =
                    CombineRequest.newest().from(CopySite.SOURCE).to(CopySite.SOURCE);
            CopyResult result = site.copying(site.source.repository(), site.source.repository())
                    .combine(request);
            SetRecords records = new SetRecords(site.source.repository(), site.source.layout());
            assertThat(records.leansOn(result.label())).contains(labels(chain.records()));
            BackupRecord full = new io.pgbackup.core.repository.set.Catalog(
                            site.source.repository(), site.source.layout())
                    .require(result.label());
            records.requireBegun(full);
            RandomChanges.assertSame(site.source.restore(full), chain.states().get(2));

            assertThat(site.copying(site.source.repository(), site.source.repository())
                            .combine(request)
                            .copied())
                    .as("it is there already")
                    .isEmpty();
        }
    }

    /** A copy has no aborted labels: what a set took over from an interrupted one is stored by the copy itself. */
    @Test
    void whatWasAdoptedBecomesTheCopysOwn() {
        Random random = new Random(10);
        try (CopySite site = new CopySite(random)) {
            Chain chain = incrementals(site, random, 2);
            RandomChanges.make(site.cluster, random, 2500);
            site.cluster.files.put(TABLE, FakeCluster.pages(random, 2400, 0, 60));
            site.source.interrupt(BackupRequest.incremental(), site.cluster, 2600);
            extend(site, random, chain, site.source, BackupRequest.incremental());
            assertThat(chain.newest().adopted().labels()).isNotEmpty();

            site.copy(CopySite.newest());
            BackupRecord copy = site.held().get(2);
            assertThat(copy.adopted().labels()).isEmpty();
            assertThat(copy.references())
                    .containsExactlyElementsOf(labels(site.held().subList(0, 2)));
            RandomChanges.assertSame(site.target.restore(copy), chain.states().get(2));

            site.combine(CopySite.combinationOf(chain.newest()));
            RandomChanges.assertSame(
                    site.target.restore(site.held().get(3)), chain.states().get(2));
        }
    }

    /** A set that comes home is known by its origin. */
    @Test
    void aCopyIsNotCopiedBack() {
        Random random = new Random(8);
        try (CopySite site = new CopySite(random)) {
            chain(site, random, 2);
            site.copy(CopySite.newest());
            CopyResult back = site.copying(site.target.repository(), site.source.repository())
                    .copy(CopyRequest.all().from(CopySite.TARGET).to(CopySite.SOURCE));
            assertThat(back.copied()).isEmpty();
            assertThat(back.backups()).hasSize(2);
        }
    }

    /** An older set that is copied later gets a later label, and is older all the same. */
    @Test
    void aCopyStandsWhereItsOriginStood() {
        Random random = new Random(9);
        try (CopySite site = new CopySite(random)) {
            Chain chain = chain(site, random, 1);
            extend(site, random, chain, site.target, BackupRequest.full());
            site.target.take(BackupRequest.full(), site.cluster, 3000);
            CopyResult result = site.copy(CopySite.newest());
            assertThat(site.held().get(1).label()).isEqualTo(result.label());
            assertThat(result.label()).isGreaterThan(site.held().get(2).label());
        }
    }

    private static List<BackupLabel> sources(CopyResult result) {
        return result.copied().stream().map(CopyResult.Copied::source).toList();
    }

    private static List<BackupLabel> labels(List<BackupRecord> records) {
        return records.stream().map(BackupRecord::label).toList();
    }
}
