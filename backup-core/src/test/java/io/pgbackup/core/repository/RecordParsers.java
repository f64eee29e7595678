package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.backup.BadPage;
import io.pgbackup.core.repository.keys.KeyRing;
import io.pgbackup.core.repository.keys.RepositoryFormat;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BundleIndex;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.SampleRecords;
import io.pgbackup.core.repository.set.SyntheticSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reading and writing of records, for tests of other rooms. */
public final class RecordParsers {
    private RecordParsers() {}

    public static byte[] format() {
        return new RepositoryFormat(new byte[16], true, Instant.EPOCH).toBytes();
    }

    public static byte[] repositoryId(byte[] format) {
        return RepositoryFormat.parse(format).id();
    }

    public static byte[] rewriteFormat(byte[] bytes) {
        return RepositoryFormat.parse(bytes).toBytes();
    }

    public static byte[] keyRing() {
        return KeyRing.first()
                .with(1, "second", Instant.EPOCH)
                .rotated(2, Set.of(), Instant.EPOCH)
                .toBytes();
    }

    public static byte[] rewriteKeyRing(byte[] bytes) {
        return KeyRing.parse(bytes).toBytes();
    }

    public static byte[] manifestRoot() {
        ManifestRoot.Page page = new ManifestRoot.Page(3, new byte[45], 17);
        return new ManifestRoot(
                        SyntheticSet.LABEL,
                        List.of(SyntheticSet.LABEL),
                        List.of(new AdoptedPages(SyntheticSet.LABEL, List.of(page))),
                        8192,
                        -1L,
                        List.of(page, page),
                        List.of(page),
                        Map.of("16400", "fast", "16401", "slow"),
                        Map.of("16384", "books"),
                        List.of(new BadPage("base/1/2", 17, "checksum")))
                .toBytes();
    }

    public static byte[] rewriteManifestRoot(byte[] bytes) {
        return ManifestRoot.parse(bytes).toBytes();
    }

    public static byte[] commit() {
        return SampleRecords.record(
                        BackupLabel.parse("20260101-000000F_20260102-000000I"),
                        List.of(BackupLabel.parse("20260101-000000F")))
                .toBytes();
    }

    public static byte[] json(byte[] bytes) {
        return JsonText.write(JsonText.parse(bytes));
    }

    public static byte[] index(BundleIndexContent content) {
        BundleIndex index = new BundleIndex();
        content.frames().forEach(frame -> index.add(frame.path(), frame.unitSize(), frame.location(), frame.units()));
        return index.toBytes();
    }

    /** Frames of an index. */
    public record BundleIndexContent(List<BundleIndex.IndexedFrame> frames) {}

    public static Optional<byte[]> rewriteIndex(byte[] bytes) {
        return Optional.of(index(new BundleIndexContent(BundleIndex.parse(bytes, 45))));
    }
}
