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
import io.pgbackup.core.engine.backup.base.BaseSet;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.engine.backup.base.SetBeginning;
import io.pgbackup.core.engine.backup.files.ClusterCopier;
import io.pgbackup.core.engine.backup.files.CopyPool;
import io.pgbackup.core.engine.backup.files.CopyRules;
import io.pgbackup.core.engine.backup.files.CopyTotals;
import io.pgbackup.core.engine.backup.files.LaneCopy;
import io.pgbackup.core.engine.backup.files.LaneFile;
import io.pgbackup.core.engine.backup.files.LaneRules;
import io.pgbackup.core.engine.backup.files.LaneState;
import io.pgbackup.core.engine.backup.files.PlainCopier;
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
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BundleWriters;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.ManifestWriter;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
import java.util.function.Function;

/** Takes sets of a fake cluster into memory and reads them back, by the very classes that a backup and a restore use. */
public final class SetHarness implements AutoCloseable {
    public static final ServerIdentity SERVER = new ServerIdentity(1, 17, FakeCluster.PAGE_SIZE, 16 << 20);
    static final int WORKERS = 3;
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    /** Small, so that there are many of them. */
    private static final int BUNDLE = 96 << 10;

    private static final int MANIFEST_PAGE = 500;

    /** What a server was built and made with. */
    record Shape(int pageSize, boolean checksums, int segmentBlocks) {
        static final Shape USUAL = new Shape(FakeCluster.PAGE_SIZE, true, 131_072);
    }

    final MemoryStorage memory;
    final RevivableStorage storage;
    final Repository described;
    final ClusterLayout layout = ClusterLayout.of("model");
    private final Shape shape;
    private final int bundleBytes;
    OpenRepository repository;
    public ServerIdentity server;
    CopyTotals totals;
    private final ExecutorService executor = Executors.newFixedThreadPool(WORKERS);

    /** In an empty repository in memory. */
    public SetHarness() {
        this(unencrypted(), new MemoryStorage(InstantSource.system()));
    }

    private static Repository unencrypted() {
        return Repository.at("memory:model").unencrypted().build();
    }

    /** In a repository that is made unless it is there. */
    public SetHarness(Repository described, MemoryStorage memory) {
        this(described, memory, Shape.USUAL, Optional.empty());
    }

    /** For a server of another build. */
    SetHarness(Shape shape) {
        this(unencrypted(), new MemoryStorage(InstantSource.system()), shape, Optional.empty());
    }

    /** With bundles of the usual size, in a storage that may be large. */
    SetHarness(Storage large) {
        this(unencrypted(), new MemoryStorage(InstantSource.system()), Shape.USUAL, Optional.of(large));
    }

    /** Elsewhere than in memory, with small bundles all the same. */
    SetHarness(Repository described, LocalDirectoryStorage directory) {
        this(described, new MemoryStorage(InstantSource.system()), Shape.USUAL, Optional.of(directory), BUNDLE);
    }

    private SetHarness(Repository described, MemoryStorage memory, Shape shape, Optional<Storage> large) {
        this(described, memory, shape, large, large.isPresent() ? BundleWriters.CAPACITY : BUNDLE);
    }

    private SetHarness(
            Repository described, MemoryStorage memory, Shape shape, Optional<Storage> large, int bundleBytes) {
        this.described = described;
        this.memory = memory;
        this.shape = shape;
        this.bundleBytes = bundleBytes;
        this.storage = new RevivableStorage(large.orElse(memory));
        this.server = new ServerIdentity(1, 17, shape.pageSize(), 16 << 20);
        this.totals = new CopyTotals(shape.pageSize());
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
    public BackupRecord take(ClusterFiles cluster, long startLsn) {
        return take(BackupRequest.auto(), cluster, startLsn);
    }

    /** Takes a set. */
    public BackupRecord take(BackupRequest.Draft draft, ClusterFiles cluster, long startLsn) {
        return takeWith(draft, cluster, startLsn, label -> cluster instanceof FakeCluster fake ? fake.late : Map.of());
    }

    /** Takes a set with small files that are added at the end. */
    public BackupRecord take(
            BackupRequest.Draft draft, ClusterFiles cluster, long startLsn, SortedMap<String, byte[]> late) {
        SortedMap<ClusterPath, byte[]> byPath = new TreeMap<>();
        late.forEach((path, content) -> byPath.put(ClusterPath.of(path), content));
        return takeWith(draft, cluster, startLsn, label -> byPath);
    }

    /** Takes a set with the files that a server's stop adds. */
    BackupRecord takeLabelled(BackupRequest.Draft draft, ClusterFiles cluster, long startLsn) {
        return takeWith(draft, cluster, startLsn, SetHarness::lateContent);
    }

    private BackupRecord takeWith(
            BackupRequest.Draft draft,
            ClusterFiles cluster,
            long startLsn,
            Function<BackupLabel, Map<ClusterPath, byte[]>> late) {
        Operation operation =
                LoneOperation.of(OperationKind.BACKUP, InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")));
        Begun begun = new SetBeginning(operation, repository, layout).begin(draft.to(described), server);
        new SetRecords(repository, layout).start(begun.label(), 1, new Lsn(startLsn));
        ManifestStore manifests = new ManifestStore(repository, layout);
        byte[] root;
        long stored;
        try (BundleWriters bundles = new BundleWriters(
                        repository, layout.set(begun.label()), WORKERS, bundleBytes, () -> Duration.ofMinutes(5));
                OrderedWork work = new OrderedWork(executor, 4 * WORKERS, () -> {})) {
            ManifestWriter manifest =
                    new ManifestWriter(manifests, begun.label(), bundles, shape.pageSize(), MANIFEST_PAGE);
            totals = new CopyTotals(shape.pageSize());
            LaneCopy lane = new LaneCopy(
                    new LaneState(),
                    LaneRules.of(begun.seed(), shape.pageSize()),
                    begun.base(),
                    Optional.empty(),
                    bundles,
                    manifest,
                    totals);
            CopyPool pool = new CopyPool(List.of(lane), WORKERS);
            new ClusterCopier(cluster, rules(startLsn), pool, List.of(lane), progress())
                    .copyAll(ScanOptions.everything(), work);
            lane.state().failure().map(RuntimeException.class::cast).ifPresent(failure -> {
                throw failure;
            });
            List<ManifestRoot.Page> pages = manifest.endSection();
            late.apply(begun.label()).forEach((path, content) -> manifest.add(late(lane, path, content, pool)));
            List<ManifestRoot.Page> latePages = manifest.endSection();
            pool.flush(lane, () -> {});
            stored = bundles.storedBytes();
            root = manifest.finish(new ManifestRoot(
                    begun.label(),
                    begun.base().flatMap(BaseSet::label).map(List::of).orElse(List.of()),
                    begun.adopted(),
                    shape.pageSize(),
                    begun.seed(),
                    pages,
                    latePages,
                    Map.of(),
                    Map.of(),
                    List.of()));
        }
        BackupRecord record = record(begun, startLsn, stored, root);
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

    /** What is added at the end: small, and different in every set. */
    static Map<ClusterPath, byte[]> lateContent(BackupLabel label) {
        return new TreeMap<>(Map.of(
                ClusterPath.of("backup_label"), ("label of " + label).getBytes(StandardCharsets.UTF_8),
                ClusterPath.of("global/pg_control"), ("control of " + label).getBytes(StandardCharsets.UTF_8)));
    }

    /** Takes a set whose process dies before the commit: everything else of it is durable. */
    public void interrupt(BackupRequest.Draft draft, FakeCluster cluster, long startLsn) {
        storage.dieBefore(key -> key.startsWith("model/backup/"));
        if (take(draft, cluster, startLsn, Long.MAX_VALUE).isPresent()) {
            throw new IllegalStateException("it was committed");
        }
    }

    private void settle() {
        for (BackupLabel label : new Leases(repository, layout).unsettled()) {
            new SetRecords(repository, layout).abort(label, "killed", Instant.EPOCH);
        }
    }

    private static ManifestEntry.File late(LaneCopy lane, ClusterPath path, byte[] bytes, CopyPool pool) {
        EntryAttributes attributes =
                new EntryAttributes(bytes.length, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH);
        PlainCopier.Content content = (position, into, length) -> {
            System.arraycopy(bytes, (int) position, into, 0, length);
            return length;
        };
        return pool.with(buffers -> new PlainCopier(path, attributes, content, buffers)
                .copy(List.of(LaneFile.unknown(lane)))
                .get(0)
                .file());
    }

    /** A set as a restore sees it. */
    public SetContents contents(BackupRecord record) {
        return SetContents.of(repository, layout, record);
    }

    private CopyRules rules(long startLsn) {
        PageCheck check = new PageCheck(shape.pageSize(), shape.checksums());
        return new CopyRules(
                check, new PageRechecker(check, new Lsn(startLsn), () -> FLUSHED, pause -> {}), shape.segmentBlocks());
    }

    private BackupRecord record(Begun begun, long startLsn, long stored, byte[] root) {
        return new BackupRecord(
                begun.label(),
                "test",
                begun.references(),
                new AdoptedWork(
                        begun.adopted().stream().map(AdoptedPages::label).toList(), totals.adoptedBytes()),
                Instant.EPOCH,
                Instant.EPOCH,
                new WalRange(1, new Lsn(startLsn), new Lsn(startLsn + 1), "a", "b"),
                new BackupSizes(0, 0, 0, stored, 0, 0, 0, 0, 0),
                server,
                0,
                Map.of(),
                root);
    }

    /** Reads a set back, as a restore does. */
    public ConcurrentSkipListMap<ClusterPath, byte[]> restore(BackupRecord record) {
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
            contents.lateFiles().forEachRemaining(entry -> {
                ManifestEntry.File file = (ManifestEntry.File) entry;
                reader.read(file, NeededFrame.ownOf(contents.ownLevel(), file), targets.apply(file));
            });
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
