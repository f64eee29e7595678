package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.core.repository.set.BundleReader;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.work.OrderedWork;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Reads what one set itself stores, on all workers. What it builds upon is stored by other sets and read with them, once. For one thread. */
final class ContentCheck {
    private static final int RANGES_PER_WORKER = 4;

    private final Operation operation;
    private final PgBackupRuntime runtime;
    private final Findings findings;

    ContentCheck(Operation operation, PgBackupRuntime runtime, Findings findings) {
        this.operation = operation;
        this.runtime = runtime;
        this.findings = findings;
    }

    /** Returns the bytes read. */
    long read(SetContents contents, NamedBundles bundles, FrameSample sample) {
        BackupLabel label = contents.record().label();
        try (FrameWorkers workers = new FrameWorkers(contents.source(), runtime.workers());
                OrderedWork work = new OrderedWork(
                        runtime.executor(), RANGES_PER_WORKER * runtime.workers(), operation::heartbeat)) {
            ContentReader reader = new ContentReader(
                    workers,
                    work,
                    operation.progress(),
                    (file, failure) -> findings.content(label, file.path().toString(), failure));
            SetLayout set = contents.layout().set(label);
            findings.needing(label, set.manifestRoot(), () -> {
                readFiles(contents, sample, reader);
                contents.lateFiles().forEachRemaining(entry -> readOwn(entry, contents.ownLevel(), sample, reader));
            });
            reader.drain();
            if (sample.share() >= 1) {
                readSelfDescriptions(contents, bundles, work);
            }
            return reader.bytesRead();
        }
    }

    private void readFiles(SetContents contents, FrameSample sample, ContentReader reader) {
        ManifestRoot root = contents.root();
        Iterator<ManifestEntry> own = new ManifestStore(contents.repository(), contents.layout())
                .entries(root.label(), root.pageSize(), root.files());
        while (own.hasNext()) {
            operation.heartbeat();
            readOwn(own.next(), contents.ownLevel(), sample, reader);
        }
        if (contents.firstLevel() < contents.ownLevel()) {
            readAdopted(contents, sample, reader);
        }
    }

    private void readAdopted(SetContents contents, FrameSample sample, ContentReader reader) {
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        long zero = fingerprint.of(new byte[pageSize], 0, pageSize);
        ManifestChain chain = contents.files();
        while (chain.hasNext()) {
            operation.heartbeat();
            ManifestChain.Chained next = chain.next();
            if (next.entry() instanceof ManifestEntry.File file) {
                ResolvedFile resolved = ResolvedFile.of(next.levels(), pageSize, zero);
                read(file, Adopted.framesOf(contents, resolved), sample, reader);
            }
        }
    }

    private static void readOwn(ManifestEntry entry, int own, FrameSample sample, ContentReader reader) {
        if (entry instanceof ManifestEntry.File file) {
            read(file, NeededFrame.ownOf(own, file), sample, reader);
        }
    }

    private static void read(
            ManifestEntry.File file, List<NeededFrame> frames, FrameSample sample, ContentReader reader) {
        List<NeededFrame> chosen = sample.of(frames, file.proof().paged());
        if (!chosen.isEmpty()) {
            reader.read(file, chosen, FileTarget.NOWHERE);
        }
    }

    /** What no restore looks at, and a rescue without manifest lives from. */
    private void readSelfDescriptions(SetContents contents, NamedBundles bundles, OrderedWork work) {
        BackupLabel label = contents.record().label();
        bundles.forEachLast((owner, last) -> work.submit(
                () -> {
                    SetLayout set = contents.layout().set(owner);
                    findings.expecting(
                            Optional.of(label), set.bundle(last.bundle().sequence()), () -> {
                                try (BundleReader reader = new BundleReader(contents.repository())) {
                                    reader.requireSelfDescription(set, last);
                                }
                            });
                    return last;
                },
                ignored -> {}));
        work.drain();
    }
}
