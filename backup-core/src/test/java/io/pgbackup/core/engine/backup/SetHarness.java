package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.ManifestStore;
import io.pgbackup.core.repository.ManifestWriter;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.RepositoryOpener;
import io.pgbackup.core.repository.SetRecords;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Takes sets of a fake cluster into memory and reads them back, by the very classes that a backup and a restore use. */
final class SetHarness implements AutoCloseable {
    static final int WORKERS = 3;
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);
    private final ClusterLayout layout = ClusterLayout.of("model");
    private final OpenRepository repository;
    private final List<BackupRecord> records = new ArrayList<>();
    private LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);
    private final Shape shape;
    CopyTotals totals;

    /** What a server was built and made with. */
    record Shape(int pageSize, boolean checksums, int segmentBlocks) {
        static final Shape USUAL = new Shape(FakeCluster.PAGE_SIZE, true, 131_072);
    }

    SetHarness() {
        this(Shape.USUAL, new MemoryStorage(InstantSource.system()));
    }

    SetHarness(Shape shape, Storage storage) {
        this.shape = shape;
        this.totals = new CopyTotals(shape.pageSize());
        Repository described = Repository.at("memory:model").unencrypted().build();
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        opener.create(described, storage);
        repository = opener.open(described, storage);
    }

    private ProgressMeter progress() {
        return new ProgressMeter("test", OperationKind.BACKUP, event -> {});
    }

    /** Takes a set; every set but the first builds upon the one before. */
    BackupRecord take(ClusterFiles cluster, long startLsn) {
        time = time.plusHours(1);
        Catalog catalog = new Catalog(repository, layout);
        ManifestStore manifests = new ManifestStore(repository, layout);
        Optional<BackupRecord> newest =
                records.isEmpty() ? Optional.empty() : Optional.of(records.get(records.size() - 1));
        Optional<BaseSet> base = newest.map(record -> BaseSet.open(record, catalog, manifests));
        BackupLabel label = newest.map(record -> BackupLabel.dependent(
                        BackupType.INCREMENTAL, record.label().chain(), time))
                .orElseGet(() -> BackupLabel.full(time));
        byte[] root;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(label), WORKERS);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            CopyPool pool = new CopyPool(bundles, WORKERS);
            ManifestWriter manifest = new ManifestWriter(manifests, label, bundles, shape.pageSize());
            ClusterCopier copier = new ClusterCopier(cluster, rules(base, startLsn), pool, base, manifest, progress());
            copier.copyAll(ScanOptions.everything(), work);
            totals = copier.totals();
            List<ManifestRoot.Page> pages = manifest.endSection();
            pool.flush(() -> {});
            root = manifest.finish(new ManifestRoot(
                    label,
                    base.map(BaseSet::label).map(List::of).orElse(List.of()),
                    shape.pageSize(),
                    seed(base),
                    pages,
                    List.of(),
                    Map.of(),
                    List.of()));
        }
        List<BackupLabel> references = base.map(BaseSet::references).orElse(List.of());
        BackupRecord record = record(label, references, startLsn, root);
        new SetRecords(repository, layout).commit(record);
        records.add(record);
        return record;
    }

    private static long seed(Optional<BaseSet> base) {
        return base.map(BaseSet::seed).orElse(99L);
    }

    private CopyRules rules(Optional<BaseSet> base, long startLsn) {
        PageCheck check = new PageCheck(shape.pageSize(), shape.checksums());
        FrameFingerprint fingerprint = new FrameFingerprint(seed(base));
        return new CopyRules(
                check,
                new PageRechecker(check, new Lsn(startLsn), () -> FLUSHED, pause -> {}),
                fingerprint,
                fingerprint.of(new byte[shape.pageSize()], 0, shape.pageSize()),
                base.map(BaseSet::start).orElse(new Lsn(0)),
                shape.segmentBlocks());
    }

    private BackupRecord record(BackupLabel label, List<BackupLabel> references, long startLsn, byte[] root) {
        return new BackupRecord(
                label,
                "test",
                references,
                Instant.EPOCH,
                Instant.EPOCH,
                new WalRange(1, new Lsn(startLsn), new Lsn(startLsn + 1), "a", "b"),
                new BackupSizes(0, 0, 0, 0, 0, 0, 0, 0, 0),
                new ServerIdentity(1, 17, shape.pageSize(), 16 << 20),
                0,
                Map.of(),
                root);
    }

    /** Reads a set back, as a restore does. */
    ConcurrentSkipListMap<ClusterPath, byte[]> restore(BackupRecord record) {
        ConcurrentSkipListMap<ClusterPath, byte[]> restored = new ConcurrentSkipListMap<>();
        read(record, file -> into(file, restored));
        return restored;
    }

    /** Reads a set back into targets of the caller. */
    void read(BackupRecord record, Function<ManifestEntry.File, FileTarget> targets) {
        SetContents contents = SetContents.of(repository, layout, record);
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        long zero = fingerprint.of(new byte[shape.pageSize()], 0, shape.pageSize());
        try (FrameWorkers workers = new FrameWorkers(contents.source(), WORKERS);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            ContentReader reader = new ContentReader(workers, work, progress(), (file, failure) -> {
                throw failure;
            });
            ManifestChain chain = contents.files();
            while (chain.hasNext()) {
                ManifestChain.Chained next = chain.next();
                if (next.entry() instanceof ManifestEntry.File file) {
                    ResolvedFile resolved = ResolvedFile.of(next.levels(), shape.pageSize(), zero);
                    reader.read(file, resolved.frames(), targets.apply(file));
                }
            }
            reader.drain();
        }
    }

    private static FileTarget into(ManifestEntry.File file, ConcurrentSkipListMap<ClusterPath, byte[]> restored) {
        byte[] content = new byte[(int) file.attributes().size()];
        return new FileTarget() {
            @Override
            public void write(long position, byte[] bytes, int offset, int length) {
                System.arraycopy(bytes, offset, content, (int) position, length);
            }

            @Override
            public void complete() {
                restored.put(file.path(), content);
            }
        };
    }

    @Override
    public void close() {
        repository.close();
        executor.shutdownNow();
    }
}
