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
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.IdentityRecords;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes sets of a fake cluster into memory and reads them back, by the very classes that a backup and a restore use. */
final class SetHarness implements AutoCloseable {
    static final int WORKERS = 3;
    private static final ServerIdentity SERVER = new ServerIdentity(1, 17, FakeCluster.PAGE_SIZE, 16 << 20);
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);
    private final ClusterLayout layout = ClusterLayout.of("model");
    private final OpenRepository repository;
    private final List<BackupRecord> records = new ArrayList<>();
    private LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);
    CopyTotals totals = new CopyTotals(FakeCluster.PAGE_SIZE);

    SetHarness() {
        this(Repository.at("memory:model").unencrypted().build(), new MemoryStorage(InstantSource.system()));
    }

    SetHarness(Repository described, Storage storage) {
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        opener.create(described, storage);
        repository = opener.open(described, storage);
        new IdentityRecords(repository, layout).claim(SERVER);
    }

    private ProgressMeter progress() {
        return new ProgressMeter("test", OperationKind.BACKUP, event -> {});
    }

    /** Takes a set; every set but the first builds upon the one before. */
    BackupRecord take(FakeCluster cluster, long startLsn) {
        time = time.plusHours(1);
        Catalog catalog = new Catalog(repository, layout);
        ManifestStore manifests = new ManifestStore(repository, layout);
        Optional<BackupRecord> newest =
                records.isEmpty() ? Optional.empty() : Optional.of(records.get(records.size() - 1));
        Optional<BaseSet> base = newest.map(record -> BaseSet.open(record, catalog, manifests));
        BackupLabel label = newest.map(record -> BackupLabel.dependent(
                        BackupType.INCREMENTAL, record.label().chain(), time))
                .orElseGet(() -> BackupLabel.full(time));
        begin(label, base.map(BaseSet::references).orElse(List.of()), startLsn);
        byte[] root;
        long stored;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(label), WORKERS);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            CopyPool pool = new CopyPool(bundles, WORKERS);
            ManifestWriter manifest = new ManifestWriter(manifests, label, bundles, FakeCluster.PAGE_SIZE);
            ClusterCopier copier = new ClusterCopier(cluster, rules(base, startLsn), pool, base, manifest, progress());
            copier.copyAll(ScanOptions.everything(), work);
            totals = copier.totals();
            List<ManifestRoot.Page> pages = manifest.endSection();
            List<ManifestRoot.Page> late = late(label, pool, manifest);
            pool.flush(() -> {});
            stored = bundles.storedBytes();
            root = manifest.finish(new ManifestRoot(
                    label,
                    base.map(BaseSet::label).map(List::of).orElse(List.of()),
                    FakeCluster.PAGE_SIZE,
                    seed(base),
                    pages,
                    late,
                    Map.of(),
                    List.of()));
        }
        List<BackupLabel> references = base.map(BaseSet::references).orElse(List.of());
        BackupRecord record = record(label, references, startLsn, stored, root);
        new SetRecords(repository, layout).commit(record);
        records.add(record);
        return record;
    }

    private void begin(BackupLabel label, List<BackupLabel> leansOn, long startLsn) {
        Leases.Lease lease = new Leases.Lease(1, "test", Instant.EPOCH, Optional.of(label));
        SetRecords sets = new SetRecords(repository, layout);
        sets.begin(label, lease, leansOn);
        sets.start(label, 1, new Lsn(startLsn));
    }

    /** What is added at the end: small, and different in every set. */
    static Map<ClusterPath, byte[]> lateContent(BackupLabel label) {
        return new TreeMap<>(Map.of(
                ClusterPath.of("backup_label"), ("label of " + label).getBytes(StandardCharsets.UTF_8),
                ClusterPath.of("global/pg_control"), ("control of " + label).getBytes(StandardCharsets.UTF_8)));
    }

    private static List<ManifestRoot.Page> late(BackupLabel label, CopyPool pool, ManifestWriter manifest) {
        lateContent(label).forEach((path, content) -> {
            EntryAttributes attributes =
                    new EntryAttributes(content.length, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH);
            PlainCopier.Content source = (position, into, length) -> {
                System.arraycopy(content, (int) position, into, 0, length);
                return length;
            };
            manifest.add(pool.with(buffers -> new PlainCopier(path, attributes, source, buffers)
                    .copy(Optional.empty())
                    .file()));
        });
        return manifest.endSection();
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

    private static BackupRecord record(
            BackupLabel label, List<BackupLabel> references, long startLsn, long stored, byte[] root) {
        return new BackupRecord(
                label,
                "test",
                references,
                Instant.EPOCH,
                Instant.EPOCH,
                new WalRange(1, new Lsn(startLsn), new Lsn(startLsn + 1), "a", "b"),
                new BackupSizes(0, 0, 0, stored, 0, 0, 0, 0, 0),
                SERVER,
                0,
                Map.of(),
                root);
    }

    /** Reads a set back, as a restore does. */
    ConcurrentSkipListMap<ClusterPath, byte[]> restore(BackupRecord record) {
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
