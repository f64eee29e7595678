package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.storage.Storage;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An interrupted set and one that took its work over, written without a server beside a {@link SyntheticSet}: for tests of the format. */
public final class SyntheticResumption {
    public static final BackupLabel INTERRUPTED = BackupLabel.full(LocalDateTime.of(2026, 11, 21, 9, 0, 0));
    public static final BackupLabel RESUMED = BackupLabel.full(LocalDateTime.of(2026, 11, 21, 10, 0, 0));
    static final ClusterPath TABLE = ClusterPath.of("base/1/16384");
    private static final int PAGE = SyntheticSet.PAGE_SIZE;

    private final OpenRepository repository;
    private final ClusterLayout layout = ClusterLayout.of(SyntheticSet.CLUSTER);

    private SyntheticResumption(OpenRepository repository) {
        this.repository = repository;
    }

    /** As in the synthetic set, but one page is another, the page of zeros has content, and one has become zero. */
    public static byte[] content() {
        byte[] content = SyntheticSet.pagedContent();
        Arrays.fill(content, 3 * PAGE, 4 * PAGE, (byte) 'z');
        Arrays.fill(content, 7 * PAGE, 8 * PAGE, (byte) 'y');
        Arrays.fill(content, 9 * PAGE, 10 * PAGE, (byte) 0);
        return content;
    }

    public static void write(Repository repository, Storage storage) throws InterruptedException {
        try (OpenRepository open = new RepositoryOpener(InstantSource.fixed(Instant.EPOCH)).open(repository, storage)) {
            new SyntheticResumption(open).write();
        }
    }

    private void write() throws InterruptedException {
        AdoptedPages adopted;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(INTERRUPTED), 1)) {
            BundleWriter writer = bundles.borrow();
            ManifestWriter manifest = manifest(INTERRUPTED, bundles);
            manifest.add(SyntheticSet.plain("PG_VERSION", writer));
            manifest.add(SyntheticSet.paged(writer));
            adopted = new AdoptedPages(INTERRUPTED, manifest.endSection());
            bundles.giveBack(writer);
            bundles.flush(() -> {});
            manifest.finish(root(INTERRUPTED, List.of(), adopted.pages()));
        }
        new SetRecords(repository, layout).abort(INTERRUPTED, "killed", Instant.EPOCH);
        resume(adopted);
    }

    private void resume(AdoptedPages adopted) throws InterruptedException {
        byte[] root;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(RESUMED), 1)) {
            BundleWriter writer = bundles.borrow();
            ManifestWriter manifest = manifest(RESUMED, bundles);
            manifest.add(overlay(SyntheticSet.plain("PG_VERSION", writer), BlockMap.unchanged()));
            manifest.add(changed(writer));
            List<ManifestRoot.Page> pages = manifest.endSection();
            bundles.giveBack(writer);
            bundles.flush(() -> {});
            root = manifest.finish(root(RESUMED, List.of(adopted), pages));
        }
        BackupRecord model = SampleRecords.record(RESUMED, List.of());
        new SetRecords(repository, layout)
                .commit(new BackupRecord(
                        RESUMED,
                        "operation",
                        List.of(INTERRUPTED),
                        new AdoptedWork(List.of(INTERRUPTED), 1),
                        model.started(),
                        model.stopped(),
                        model.wal(),
                        model.sizes(),
                        model.server(),
                        0,
                        Map.of(),
                        root));
    }

    private ManifestWriter manifest(BackupLabel label, BundleWriters bundles) {
        return new ManifestWriter(new ManifestStore(repository, layout), label, bundles, PAGE);
    }

    private static ManifestRoot root(BackupLabel label, List<AdoptedPages> adopted, List<ManifestRoot.Page> files) {
        return new ManifestRoot(
                label, List.of(), adopted, PAGE, SyntheticSet.SEED, files, List.of(), Map.of(), Map.of(), List.of());
    }

    private static ManifestEntry.File overlay(ManifestEntry.File file, BlockMap map) {
        return new ManifestEntry.File(file.path(), file.attributes(), file.proof(), map);
    }

    private static ManifestEntry.File changed(BundleWriter writer) {
        byte[] content = content();
        FrameFingerprint fingerprint = new FrameFingerprint(SyntheticSet.SEED);
        int units = ManifestEntry.File.unitCount(content.length, PAGE);
        long[] all = new long[units];
        for (int unit = 0; unit < units; unit++) {
            all[unit] = fingerprint.of(content, unit * PAGE, Math.min(PAGE, content.length - unit * PAGE));
        }
        UnitRuns.Builder runs = new UnitRuns.Builder();
        runs.add(3, 1);
        runs.add(7, 1);
        byte[] plain = new byte[2 * PAGE];
        System.arraycopy(content, 3 * PAGE, plain, 0, PAGE);
        System.arraycopy(content, 7 * PAGE, plain, PAGE, PAGE);
        FrameRef frame = writer.write(TABLE, PAGE, runs.build(), plain, plain.length);
        return new ManifestEntry.File(
                TABLE,
                SyntheticSet.attributes(content.length),
                new FileProof(true, FileProof.digestOfPages(content.length, all), 0),
                new BlockMap(true, List.of(frame), UnitRuns.of(9, 1), new long[] {all[3], all[7]}));
    }
}
