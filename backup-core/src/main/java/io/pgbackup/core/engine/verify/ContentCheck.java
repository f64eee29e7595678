package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.BundleReader;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
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
    long read(SetContents contents, StoredBundles bundles, FrameSample sample) {
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
                readAll(contents.ownFiles(), contents, sample, reader);
                readAll(contents.lateFiles(), contents, sample, reader);
            });
            reader.drain();
            if (sample.share() >= 1) {
                readSelfDescriptions(contents, bundles, work);
            }
            return reader.bytesRead();
        }
    }

    private void readAll(
            Iterator<ManifestEntry> entries, SetContents contents, FrameSample sample, ContentReader reader) {
        int own = contents.roots().size() - 1;
        while (entries.hasNext()) {
            operation.heartbeat();
            if (entries.next() instanceof ManifestEntry.File file) {
                List<NeededFrame> frames =
                        sample.of(NeededFrame.ownOf(own, file), file.proof().paged());
                if (!frames.isEmpty()) {
                    reader.read(file, frames, FileTarget.NOWHERE);
                }
            }
        }
    }

    /** What no restore looks at, and a rescue without manifest lives from. */
    private void readSelfDescriptions(SetContents contents, StoredBundles bundles, OrderedWork work) {
        BackupLabel label = contents.record().label();
        SetLayout set = contents.layout().set(label);
        for (FrameRef last : bundles.lastFrames()) {
            work.submit(
                    () -> {
                        findings.expecting(
                                Optional.of(label), set.bundle(last.bundle().sequence()), () -> {
                                    try (BundleReader reader = new BundleReader(contents.repository())) {
                                        reader.requireSelfDescription(set, last);
                                    }
                                });
                        return last;
                    },
                    ignored -> {});
        }
        work.drain();
    }
}
