package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.Labels;
import io.pgbackup.core.repository.Leases;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes sets of a fake cluster into memory and reads them back, by the very classes that a backup and a restore use. */
public final class SetHarness implements AutoCloseable {
    public static final ServerIdentity SERVER = new ServerIdentity(1, 17, FakeCluster.PAGE_SIZE, 16 << 20);
    static final int WORKERS = 3;
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);
    private final ClusterLayout layout = ClusterLayout.of("model");
    private final OpenRepository repository;
    private final List<BackupRecord> records = new ArrayList<>();
    private LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);
    CopyTotals totals = new CopyTotals(FakeCluster.PAGE_SIZE);

    public SetHarness() {
        this(Repository.at("memory:model").unencrypted().build(), new MemoryStorage(InstantSource.system()));
    }

    /** In a repository that is made unless it is there. */
    public SetHarness(Repository described, Storage storage) {
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        opener.create(described, storage);
        repository = opener.open(described, storage);
        new IdentityRecords(repository, layout).claim(SERVER);
    }

    public OpenRepository repository() {
        return repository;
    }

    public ClusterLayout layout() {
        return layout;
    }

    /** Pages stored by the set taken last. */
    public long changedPages() {
        return totals.changedPages();
    }

    private ProgressMeter progress() {
        return new ProgressMeter("test", OperationKind.BACKUP, event -> {});
    }

    /** Takes a set; every set but the first builds upon the one before. */
    public BackupRecord take(FakeCluster cluster, long startLsn) {
        return take(
                cluster,
                startLsn,
                records.isEmpty() ? Optional.empty() : Optional.of(records.get(records.size() - 1)),
                records.isEmpty() ? BackupType.FULL : BackupType.INCREMENTAL);
    }

    /** Takes a set upon a certain one. */
    public BackupRecord take(FakeCluster cluster, long startLsn, Optional<BackupRecord> onto, BackupType type) {
        time = time.plusHours(1);
        Catalog catalog = new Catalog(repository, layout);
        ManifestStore manifests = new ManifestStore(repository, layout);
        Optional<BaseSet> base = onto.map(record -> BaseSet.open(record, catalog, manifests));
        BackupLabel label =
                Labels.next(type, onto.map(BackupRecord::label), catalog.allLabels(), time.toInstant(ZoneOffset.UTC));
        List<BackupLabel> references = base.map(BaseSet::references).orElse(List.of());
        SetRecords states = new SetRecords(repository, layout);
        states.begin(label, new Leases.Lease(1, "test", Instant.EPOCH, Optional.of(label)), references);
        states.start(label, 1, new Lsn(startLsn));
        byte[] root;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(label), WORKERS);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            CopyPool pool = new CopyPool(bundles, WORKERS);
            ManifestWriter manifest = new ManifestWriter(manifests, label, bundles, FakeCluster.PAGE_SIZE);
            ClusterCopier copier = new ClusterCopier(cluster, rules(base, startLsn), pool, base, manifest, progress());
            copier.copyAll(ScanOptions.everything(), work);
            totals = copier.totals();
            List<ManifestRoot.Page> pages = manifest.endSection();
            cluster.late.forEach((path, content) -> manifest.add(late(path, content, pool)));
            List<ManifestRoot.Page> latePages = manifest.endSection();
            pool.flush(() -> {});
            root = manifest.finish(new ManifestRoot(
                    label,
                    base.map(BaseSet::label).map(List::of).orElse(List.of()),
                    FakeCluster.PAGE_SIZE,
                    seed(base),
                    pages,
                    latePages,
                    Map.of(),
                    List.of()));
        }
        BackupRecord record = record(label, references, startLsn, root);
        states.commit(record);
        records.add(record);
        return record;
    }

    private static ManifestEntry.File late(ClusterPath path, byte[] bytes, CopyPool pool) {
        EntryAttributes attributes =
                new EntryAttributes(bytes.length, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH);
        PlainCopier.Content content = (position, into, length) -> {
            System.arraycopy(bytes, (int) position, into, 0, length);
            return length;
        };
        return pool.with(buffers -> new PlainCopier(path, attributes, content, buffers)
                .copy(Optional.empty())
                .file());
    }

    private static long seed(Optional<BaseSet> base) {
        return base.map(BaseSet::seed).orElse(99L);
    }

    private static CopyRules rules(Optional<BaseSet> base, long startLsn) {
        PageCheck check = new PageCheck(FakeCluster.PAGE_SIZE, true);
        FrameFingerprint fingerprint = new FrameFingerprint(seed(base));
        return new CopyRules(
                check,
                new PageRechecker(check, new Lsn(startLsn), () -> FLUSHED, pause -> {}),
                fingerprint,
                fingerprint.of(new byte[FakeCluster.PAGE_SIZE], 0, FakeCluster.PAGE_SIZE),
                base.map(BaseSet::start).orElse(new Lsn(0)),
                131_072);
    }

    private static BackupRecord record(BackupLabel label, List<BackupLabel> references, long startLsn, byte[] root) {
        return new BackupRecord(
                label,
                "test",
                references,
                Instant.EPOCH,
                Instant.EPOCH,
                new WalRange(1, new Lsn(startLsn), new Lsn(startLsn + 1), "a", "b"),
                new BackupSizes(0, 0, 0, 0, 0, 0, 0, 0, 0),
                SERVER,
                0,
                Map.of(),
                root);
    }

    /** Reads a set back, as a restore does. */
    public ConcurrentSkipListMap<ClusterPath, byte[]> restore(BackupRecord record) {
        SetContents contents = SetContents.of(repository, layout, record);
        ConcurrentSkipListMap<ClusterPath, byte[]> restored = new ConcurrentSkipListMap<>();
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        long zero = fingerprint.of(new byte[FakeCluster.PAGE_SIZE], 0, FakeCluster.PAGE_SIZE);
        try (FrameWorkers workers = new FrameWorkers(contents.source(), WORKERS);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            ContentReader reader = new ContentReader(workers, work, progress(), (file, failure) -> {
                throw failure;
            });
            ManifestChain chain = contents.files();
            while (chain.hasNext()) {
                ManifestChain.Chained next = chain.next();
                ManifestEntry.File file = (ManifestEntry.File) next.entry();
                ResolvedFile resolved = ResolvedFile.of(next.levels(), FakeCluster.PAGE_SIZE, zero);
                reader.read(file, resolved.frames(), into(file, restored));
            }
            contents.lateFiles().forEachRemaining(entry -> {
                ManifestEntry.File file = (ManifestEntry.File) entry;
                reader.read(file, NeededFrame.ownOf(contents.roots().size() - 1, file), into(file, restored));
            });
            reader.drain();
        }
        return restored;
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
