package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.postgres.files.ClusterPath;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;

/** What may happen to the files of a cluster between two sets. Times of files never change, so nothing can be told by them. */
public final class RandomChanges {
    private static final int PAGE = FakeCluster.PAGE_SIZE;

    private RandomChanges() {}

    /** Makes a dozen changes; some pages get an LSN far older than their change, as hint bits and files copied by the server have. */
    public static void make(FakeCluster cluster, Random random, long newestLsn) {
        for (int change = 0; change < 12; change++) {
            ClusterPath path = random.nextInt(4) == 0
                    ? ClusterPath.of("pg_xact/000" + random.nextInt(4))
                    : ClusterPath.of("base/" + (1 + random.nextInt(2)) + "/" + (16384 + random.nextInt(4))
                            + List.of("", "_fsm", "_vm").get(random.nextInt(3)));
            byte[] content = cluster.files.getOrDefault(path, new byte[0]);
            long lsn = random.nextBoolean() ? newestLsn : 1 + random.nextInt((int) newestLsn);
            byte[] changed = changed(content, random, lsn);
            if (changed.length == 0 && random.nextBoolean()) {
                cluster.files.remove(path);
            } else {
                cluster.files.put(path, changed);
            }
        }
    }

    private static byte[] changed(byte[] content, Random random, long lsn) {
        int blocks = content.length / PAGE;
        int kept = random.nextInt(blocks + 1);
        switch (random.nextInt(9)) {
            case 0:
                return new byte[0];
            case 1: // truncated
                return Arrays.copyOf(content, kept * PAGE);
            case 2: // extended by zeros
                return Arrays.copyOf(content, (blocks + random.nextInt(30)) * PAGE);
            case 3: // extended
                return join(content, FakeCluster.pages(random, lsn, blocks, random.nextInt(30)));
            case 4: // truncated, then extended to its old length
                return join(Arrays.copyOf(content, kept * PAGE), FakeCluster.pages(random, lsn, kept, blocks - kept));
            case 5: // dropped, then created under the same name
                return FakeCluster.pages(random, lsn, 0, blocks);
            case 6: // a part of a page at the end
                return Arrays.copyOf(content, content.length + random.nextInt(PAGE));
            default:
                return blocks == 0
                        ? FakeCluster.pages(random, lsn, 0, 1 + random.nextInt(30))
                        : onePage(content, random, lsn, random.nextInt(blocks));
        }
    }

    private static byte[] onePage(byte[] content, Random random, long lsn, int block) {
        byte[] changed = content.clone();
        System.arraycopy(FakeCluster.page(random, lsn, block), 0, changed, block * PAGE, PAGE);
        return changed;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    public static void assertSame(
            ConcurrentSkipListMap<ClusterPath, byte[]> restored, ConcurrentSkipListMap<ClusterPath, byte[]> expected) {
        assertThat(restored.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((path, content) -> assertThat(Arrays.equals(restored.get(path), content))
                .as("%s", path)
                .isTrue());
    }
}
