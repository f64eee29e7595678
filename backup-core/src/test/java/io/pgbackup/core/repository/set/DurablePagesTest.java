package io.pgbackup.core.repository.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pages of an interrupted set count. */
class DurablePagesTest {
    private static final byte[] ID = new byte[RepositoryCipher.REPOSITORY_ID_LENGTH];
    private static final ClusterLayout LAYOUT = ClusterLayout.of("c");

    private final MemoryStorage storage = new MemoryStorage();
    private final MasterKey first = MasterKey.generate(1, new SecureRandom());
    private final MasterKey second = MasterKey.generate(2, new SecureRandom());

    private OpenRepository open(List<MasterKey> keys) {
        return new OpenRepository("test", storage, RepositoryCipher.encrypted(ID, keys), CodecSpec.LZ4);
    }

    /** Two pages of files, one of which stores nothing itself, and one of what is added after stop. */
    private void write(OpenRepository repository) throws InterruptedException {
        try (BundleWriters bundles = new BundleWriters(repository, LAYOUT.set(SyntheticSet.LABEL), 1)) {
            BundleWriter writer = bundles.borrow();
            ManifestStore store = new ManifestStore(repository, LAYOUT);
            ManifestWriter manifest =
                    new ManifestWriter(store, SyntheticSet.LABEL, bundles, SyntheticSet.PAGE_SIZE, 100);
            manifest.add(file("PG_VERSION", writer));
            manifest.add(file("base/1/PG_VERSION", writer));
            manifest.add(new ManifestEntry.Directory(ClusterPath.of("pg_commit_ts"), attributes()));
            manifest.add(new ManifestEntry.Directory(ClusterPath.of("pg_notify"), attributes()));
            manifest.endSection();
            manifest.add(file("backup_label", writer));
            manifest.endSection();
            bundles.giveBack(writer);
            bundles.flush(() -> {});
            manifest.finish(new ManifestRoot(
                    SyntheticSet.LABEL,
                    List.of(),
                    List.of(),
                    SyntheticSet.PAGE_SIZE,
                    SyntheticSet.SEED,
                    List.of(),
                    List.of(),
                    java.util.Map.of(),
                    java.util.Map.of(),
                    List.of()));
        }
    }

    private static EntryAttributes attributes() {
        return new EntryAttributes(3, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH);
    }

    private static ManifestEntry.File file(String path, BundleWriter writer) {
        byte[] content = SyntheticSet.plainContent();
        FrameRef frame = writer.write(
                ClusterPath.of(path), ManifestEntry.File.PLAIN_UNIT, UnitRuns.of(0, 1), content, content.length);
        return new ManifestEntry.File(
                ClusterPath.of(path),
                attributes(),
                new FileProof(false, FileProof.sha256().digest(content), 0),
                new BlockMap(false, List.of(frame), UnitRuns.EMPTY, new long[0]));
    }

    private static List<Integer> found(OpenRepository repository) {
        return new DurablePages(repository, LAYOUT, SyntheticSet.PAGE_SIZE, () -> {})
                .of(SyntheticSet.LABEL).pages().stream()
                        .map(ManifestRoot.Page::number)
                        .toList();
    }

    @Test
    void pagesOfFilesThatStoreSomethingCount() throws Exception {
        try (OpenRepository repository = open(List.of(first))) {
            write(repository);
            assertThat(found(repository)).containsExactly(0);
            DurablePages other = new DurablePages(repository, LAYOUT, 2 * SyntheticSet.PAGE_SIZE, () -> {});
            assertThat(other.of(SyntheticSet.LABEL).pages()).isEmpty();
        }
    }

    /** A new generation of the master key is meant to protect new sets wholly. */
    @Test
    void pagesUnderAnEarlierKeyDoNotCount() throws Exception {
        write(open(List.of(first)));
        assertThat(found(open(List.of(first)))).containsExactly(0);
        assertThat(found(open(List.of(first, second)))).isEmpty();
    }
}
