package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.engine.backup.SetHarness.Shape;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BackupRecord;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that were built with other pages and segments, with and without checksums: a relation of three segment files through a chain of sets. */
class OddSizesTest {
    private static final int SEGMENT_BLOCKS = 40;
    private static final String TABLE = "base/1/16384";

    private static byte[] pages(int pageSize, Random random, long lsn, int first, int count) {
        ByteArrayOutputStream pages = new ByteArrayOutputStream();
        for (int block = first; block < first + count; block++) {
            pages.writeBytes(FakeCluster.page(pageSize, random, lsn, block));
        }
        return pages.toByteArray();
    }

    /** Two whole segments and a part of one; the checksum of a page counts blocks from the begin of the relation. */
    private static FakeCluster cluster(int pageSize) {
        FakeCluster cluster = new FakeCluster();
        Random random = new Random(pageSize);
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(ClusterPath.of(TABLE), pages(pageSize, random, 1, 0, SEGMENT_BLOCKS));
        cluster.files.put(ClusterPath.of(TABLE + ".1"), pages(pageSize, random, 1, SEGMENT_BLOCKS, SEGMENT_BLOCKS));
        cluster.files.put(ClusterPath.of(TABLE + ".2"), pages(pageSize, random, 1, 2 * SEGMENT_BLOCKS, 7));
        cluster.files.put(ClusterPath.of(TABLE + "_vm"), pages(pageSize, random, 1, 0, 1));
        return cluster;
    }

    private static void put(FakeCluster cluster, String path, int at, byte[] page) {
        byte[] content =
                cluster.files.getOrDefault(ClusterPath.of(path), new byte[0]).clone();
        System.arraycopy(page, 0, content, at * page.length, page.length);
        cluster.files.put(ClusterPath.of(path), content);
    }

    @ParameterizedTest
    @CsvSource({
        "4096, true", "8192, true", "16384, true", "32768, true",
        "4096, false", "8192, false", "16384, false", "32768, false"
    })
    void aChainComesBack(int pageSize, boolean checksums) {
        FakeCluster cluster = cluster(pageSize);
        Random random = new Random(3);
        try (SetHarness harness = new SetHarness(new Shape(pageSize, checksums, SEGMENT_BLOCKS))) {
            List<BackupRecord> records = new ArrayList<>();
            List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = new ArrayList<>();
            for (int set = 1; set <= 4; set++) {
                long lsn = 1000L * set;
                int block = random.nextInt(SEGMENT_BLOCKS);
                byte[] page = FakeCluster.page(pageSize, random, lsn - 1, SEGMENT_BLOCKS + block);
                if (!checksums) {
                    page[8] ^= 0x55; // whatever stands where a checksum would be
                }
                put(cluster, TABLE + ".1", block, page);
                records.add(harness.take(cluster, lsn));
                assertThat(harness.totals.badPages()).isEmpty();
                assertThat(harness.totals.changedPages()).isEqualTo(set == 1 ? 2 * SEGMENT_BLOCKS + 8 : 1);
                states.add(cluster.copy());
            }
            for (int set = 0; set < records.size(); set++) {
                ConcurrentSkipListMap<ClusterPath, byte[]> restored = harness.restore(records.get(set));
                assertThat(restored.keySet())
                        .containsExactlyElementsOf(states.get(set).keySet());
                states.get(set)
                        .forEach((path, content) -> assertThat(Arrays.equals(restored.get(path), content))
                                .as("%s", path)
                                .isTrue());
            }
        }
    }

    /** A page that would be right at the begin of its file is wrong in the third segment of the relation. */
    @ParameterizedTest
    @ValueSource(ints = {4096, 8192, 16384, 32768})
    void aPageOfAnotherBlockIsBad(int pageSize) {
        FakeCluster cluster = cluster(pageSize);
        put(cluster, TABLE + ".2", 3, FakeCluster.page(pageSize, new Random(5), 1, 3));
        try (SetHarness harness = new SetHarness(new Shape(pageSize, true, SEGMENT_BLOCKS))) {
            harness.take(cluster, 1000);
            assertThat(harness.totals.badPages()).singleElement().satisfies(page -> {
                assertThat(page.path()).isEqualTo(TABLE + ".2");
                assertThat(page.block()).isEqualTo(2 * SEGMENT_BLOCKS + 3);
            });
        }
    }
}
