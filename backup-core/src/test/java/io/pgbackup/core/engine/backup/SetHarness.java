package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Compression;
import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.LoneOperation;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;
import io.pgbackup.core.repository.AdoptedPages;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleWriters;
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
import io.pgbackup.error.RepositoryException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes sets of a fake cluster into memory and reads them back, by the very classes that a backup and a restore use. */
public final class SetHarness implements AutoCloseable {
    public static final ServerIdentity SERVER = new ServerIdentity(1, 17, FakeCluster.PAGE_SIZE, 16 << 20);
    static final int WORKERS = 3;
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    /** Small, so that there are many of them. */
    private static final int BUNDLE = 96 << 10;

    private static final int MANIFEST_PAGE = 500;

    final MemoryStorage memory;
    final RevivableStorage storage;
    final Repository described;
    final ClusterLayout layout = ClusterLayout.of("model");
    OpenRepository repository;
    public ServerIdentity server = SERVER;
    CopyTotals totals = new CopyTotals(FakeCluster.PAGE_SIZE);
    private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);

    /** In an empty repository in memory. */
    public SetHarness() {
        this(Repository.at("memory:model").unencrypted().build(), new MemoryStorage(InstantSource.system()));
    }

    /** In a repository that is made unless it is there. */
    public SetHarness(Repository described, MemoryStorage memory) {
        this.described = described;
        this.memory = memory;
        this.storage = new RevivableStorage(memory);
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
        return take(BackupRequest.auto(), cluster, startLsn);
    }

    /** Takes a set. */
    public BackupRecord take(BackupRequest.Draft draft, FakeCluster cluster, long startLsn) {
        return takeWith(draft, cluster, startLsn, cluster.late);
    }

    /** Takes a set with small files that are added at the end. */
    public BackupRecord take(
            BackupRequest.Draft draft, ClusterFiles cluster, long startLsn, SortedMap<String, byte[]> late) {
        SortedMap<ClusterPath, byte[]> byPath = new TreeMap<>();
        late.forEach((path, content) -> byPath.put(ClusterPath.of(path), content));
        return takeWith(draft, cluster, startLsn, byPath);
    }

    private BackupRecord takeWith(
            BackupRequest.Draft draft, ClusterFiles cluster, long startLsn, Map<ClusterPath, byte[]> late) {
        Operation operation =
                LoneOperation.of(OperationKind.BACKUP, InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")));
        Begun begun = new SetBeginning(operation, repository, layout).begin(draft.to(described), server);
        new SetRecords(repository, layout).start(begun.label(), 1, new Lsn(startLsn));
        ManifestStore manifests = new ManifestStore(repository, layout);
        byte[] root;
        try (BundleWriters bundles = new BundleWriters(repository, layout.set(begun.label()), WORKERS, BUNDLE);
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            CopyPool pool = new CopyPool(bundles, WORKERS);
            ManifestWriter manifest =
                    new ManifestWriter(manifests, begun.label(), bundles, FakeCluster.PAGE_SIZE, MANIFEST_PAGE);
            ClusterCopier copier =
                    new ClusterCopier(cluster, rules(begun, startLsn), pool, begun.base(), manifest, progress());
            copier.copyAll(ScanOptions.everything(), work);
            totals = copier.totals();
            List<ManifestRoot.Page> pages = manifest.endSection();
            late.forEach((path, content) -> manifest.add(late(path, content, pool)));
            List<ManifestRoot.Page> latePages = manifest.endSection();
            pool.flush(() -> {});
            root = manifest.finish(new ManifestRoot(
                    begun.label(),
                    begun.base().flatMap(BaseSet::label).map(List::of).orElse(List.of()),
                    begun.adopted(),
                    FakeCluster.PAGE_SIZE,
                    begun.seed(),
                    pages,
                    latePages,
                    Map.of(),
                    Map.of(),
                    List.of()));
        }
        BackupRecord record = record(begun, startLsn, root);
        new SetRecords(repository, layout).commit(record);
        return record;
    }

    /** Takes a set while the storage dies at some call; empty if it did. What was begun is settled, as a lease that ran out would be. */
    public Optional<BackupRecord> take(BackupRequest.Draft draft, FakeCluster cluster, long startLsn, long calls) {
        storage.dieAfter(calls);
        try {
            return Optional.of(take(draft, cluster, startLsn));
        } catch (RepositoryException e) {
            if (!storage.revive()) {
                throw e;
            }
            settle();
            return Optional.empty();
        } finally {
            storage.revive();
        }
    }

    /** Opens the repository anew, as another process would with other settings. */
    void reopen(Compression compression) {
        Repository other = Repository.at("memory:model")
                .unencrypted()
                .compression(compression)
                .build();
        repository = new RepositoryOpener(InstantSource.system()).open(other, storage);
    }

    private void settle() {
        for (BackupLabel label : new Leases(repository, layout).unsettled()) {
            new SetRecords(repository, layout).abort(label, "killed", Instant.EPOCH);
        }
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

    /** A set as a restore sees it. */
    public SetContents contents(BackupRecord record) {
        return SetContents.of(repository, layout, record);
    }

    private static CopyRules rules(Begun begun, long startLsn) {
        PageCheck check = new PageCheck(FakeCluster.PAGE_SIZE, true);
        FrameFingerprint fingerprint = new FrameFingerprint(begun.seed());
        return new CopyRules(
                check,
                new PageRechecker(check, new Lsn(startLsn), () -> FLUSHED, pause -> {}),
                fingerprint,
                fingerprint.of(new byte[FakeCluster.PAGE_SIZE], 0, FakeCluster.PAGE_SIZE),
                131_072);
    }

    private BackupRecord record(Begun begun, long startLsn, byte[] root) {
        return new BackupRecord(
                begun.label(),
                "test",
                begun.references(),
                new AdoptedWork(
                        begun.adopted().stream().map(AdoptedPages::label).toList(), totals.adoptedBytes()),
                Instant.EPOCH,
                Instant.EPOCH,
                new WalRange(1, new Lsn(startLsn), new Lsn(startLsn + 1), "a", "b"),
                new BackupSizes(0, 0, 0, 0, 0, 0, 0, 0, 0),
                server,
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
                reader.read(file, NeededFrame.ownOf(contents.ownLevel(), file), into(file, restored));
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
