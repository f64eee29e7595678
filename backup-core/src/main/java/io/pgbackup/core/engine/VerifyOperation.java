package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.BundleReader;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
import io.pgbackup.core.repository.SetRecords;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * Proves what a repository holds of a cluster. Each set is looked at by itself: its chain must resolve, every bundle it stores must exist, and, at
 * depth content, every frame it stores must be what its manifest says. Damage becomes a finding and the rest is still looked at. For one call.
 */
final class VerifyOperation {
    private static final int RANGES_PER_WORKER = 4;

    /** A bundle of a level of a chain. */
    private record Bundle(int level, int sequence) {}

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final PgBackupRuntime runtime;
    private final VerifyDepth depth;
    private final ConcurrentLinkedQueue<Finding> findings = new ConcurrentLinkedQueue<>();
    private int verified;
    private long bytesRead;

    VerifyOperation(
            Operation operation,
            OpenRepository repository,
            ClusterLayout layout,
            PgBackupRuntime runtime,
            VerifyDepth depth) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.runtime = runtime;
        this.depth = depth;
    }

    VerifyReport run() {
        if (depth == VerifyDepth.CONTENT) {
            CipherWarmup.run();
        }
        Catalog catalog = new Catalog(repository, layout);
        catalog.strangers()
                .forEach(key -> findings.add(new Finding(
                        Optional.empty(),
                        key.toString(),
                        ErrorCode.REPOSITORY_DAMAGED,
                        "its name is not a label: it was renamed, or does not belong here")));
        guarded(Optional.empty(), layout.identity(1), () -> new IdentityRecords(repository, layout).all());
        for (BackupLabel label : catalog.settledLabels()) {
            operation.heartbeat();
            guarded(label, layout.record(label), () -> catalog.find(label).ifPresent(this::verify));
        }
        operation.fact("findings", Integer.toString(findings.size()));
        return new VerifyReport(
                operation.id(),
                depth,
                verified,
                bytesRead,
                new ArrayList<>(findings),
                operation.cancellation().elapsed());
    }

    private void verify(BackupRecord record) {
        operation.progress().phase("verifying " + record.label());
        verified++;
        SetContents contents = SetContents.of(repository, layout, record);
        Map<Bundle, FrameRef> bundles = new HashMap<>();
        SetRecords records = new SetRecords(repository, layout);
        guarded(record.label(), layout.set(record.label()).begin(), () -> records.requireBegun(record));
        guarded(record.label(), layout.set(record.label()).start(), () -> records.requireStarted(record));
        guarded(record.label(), layout.set(record.label()).manifestRoot(), () -> resolve(contents, bundles));
        requireBundles(contents, bundles);
        if (depth == VerifyDepth.CONTENT) {
            readOwn(contents);
        }
    }

    /** Every file of the set resolves through its chain, and its fingerprints agree with its proof. */
    private void resolve(SetContents contents, Map<Bundle, FrameRef> bundles) {
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        long zero = fingerprint.of(new byte[pageSize], 0, pageSize);
        ManifestChain chain = contents.files();
        while (chain.hasNext()) {
            operation.heartbeat();
            ManifestChain.Chained next = chain.next();
            if (next.entry() instanceof ManifestEntry.File file) {
                ResolvedFile resolved = ResolvedFile.of(next.levels(), pageSize, zero);
                noteBundles(contents.ownLevel(), file.map().frames().stream(), bundles);
                adopted(contents, resolved)
                        .forEach(frame -> noteBundles(frame.set(), Stream.of(frame.frame()), bundles));
            }
        }
        Iterator<ManifestEntry> late = contents.lateFiles();
        while (late.hasNext()) {
            if (late.next() instanceof ManifestEntry.File file) {
                noteBundles(contents.ownLevel(), file.map().frames().stream(), bundles);
            }
        }
    }

    /** Frames that the set took over from aborted sets: nobody else looks at those. */
    private static Stream<NeededFrame> adopted(SetContents contents, ResolvedFile file) {
        return file.frames().stream()
                .filter(frame -> frame.set() >= contents.firstLevel() && frame.set() < contents.ownLevel());
    }

    private static void noteBundles(int level, Stream<FrameRef> frames, Map<Bundle, FrameRef> bundles) {
        frames.forEach(frame -> bundles.merge(
                new Bundle(level, frame.bundle().sequence()),
                frame,
                (one, other) -> one.offset() > other.offset() ? one : other));
    }

    private void requireBundles(SetContents contents, Map<Bundle, FrameRef> bundles) {
        BackupLabel label = contents.record().label();
        try (BundleReader reader = new BundleReader(repository)) {
            bundles.forEach((bundle, last) -> {
                SetLayout set = layout.set(contents.levels().get(bundle.level()).label());
                ObjectKey key = set.bundle(bundle.sequence());
                operation.heartbeat();
                guarded(label, key, () -> requireBundle(set, last, reader));
            });
        }
    }

    private void requireBundle(SetLayout set, FrameRef last, BundleReader reader) {
        ObjectKey key = set.bundle(last.bundle().sequence());
        ObjectInfo info = repository.stat(key).orElseThrow(() -> repository.missing(key));
        if (info.size() < last.offset() + last.stored()) {
            throw repository.malformed(key, new IllegalArgumentException("the bundle is cut off"));
        }
        if (depth == VerifyDepth.CONTENT) {
            reader.requireSelfDescription(set, last);
        }
    }

    private void readOwn(SetContents contents) {
        BackupLabel label = contents.record().label();
        int own = contents.ownLevel();
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        long zero = fingerprint.of(new byte[pageSize], 0, pageSize);
        try (FrameWorkers workers = new FrameWorkers(contents.source(), runtime.workers());
                OrderedWork work = new OrderedWork(
                        runtime.executor(), RANGES_PER_WORKER * runtime.workers(), operation::heartbeat)) {
            ContentReader reader = new ContentReader(
                    workers,
                    work,
                    operation.progress(),
                    (file, failure) ->
                            add(label, file.path().toString(), failure.code(), String.valueOf(failure.getMessage())));
            guarded(label, layout.set(label).manifestRoot(), () -> {
                ManifestChain chain = contents.files();
                while (chain.hasNext()) {
                    ManifestChain.Chained next = chain.next();
                    readOwn(next.entry(), own, reader);
                    if (own > contents.firstLevel() && next.entry() instanceof ManifestEntry.File) {
                        readAdopted(contents, ResolvedFile.of(next.levels(), pageSize, zero), reader);
                    }
                }
                contents.lateFiles().forEachRemaining(entry -> readOwn(entry, own, reader));
                reader.drain();
            });
            bytesRead += reader.bytesRead();
        }
    }

    private static void readOwn(ManifestEntry entry, int own, ContentReader reader) {
        if (entry instanceof ManifestEntry.File file && !file.map().frames().isEmpty()) {
            reader.read(file, NeededFrame.ownOf(own, file), FileTarget.NOWHERE);
        }
    }

    private static void readAdopted(SetContents contents, ResolvedFile file, ContentReader reader) {
        List<NeededFrame> frames = adopted(contents, file).toList();
        if (!frames.isEmpty()) {
            reader.read(file.file(), frames, FileTarget.NOWHERE);
        }
    }

    private void guarded(BackupLabel label, ObjectKey key, Runnable look) {
        guarded(Optional.of(label), key, look);
    }

    private void guarded(Optional<BackupLabel> label, ObjectKey key, Runnable look) {
        try {
            look.run();
        } catch (RepositoryException e) {
            findings.add(new Finding(label, key.toString(), e.code(), String.valueOf(e.getMessage())));
        } catch (MalformedContentException e) {
            findings.add(
                    new Finding(label, key.toString(), ErrorCode.REPOSITORY_DAMAGED, String.valueOf(e.getMessage())));
        }
    }

    private void add(BackupLabel label, String object, ErrorCode code, String message) {
        findings.add(new Finding(Optional.of(label), object, code, message));
    }
}
