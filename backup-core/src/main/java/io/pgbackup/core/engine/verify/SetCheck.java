package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ErrorCode;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/** Proves all of one set that can be proved without reading bundles. For one thread, of which there may be several at once. */
final class SetCheck {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Findings findings;

    /**
     * What comes of it.
     *
     * @param record of the set
     * @param contents empty if its content cannot be told
     * @param bundles that it names
     */
    record Checked(BackupRecord record, Optional<SetContents> contents, NamedBundles bundles) {}

    SetCheck(OpenRepository repository, ClusterLayout layout, Findings findings) {
        this.repository = repository;
        this.layout = layout;
        this.findings = findings;
    }

    Checked check(BackupRecord record) {
        BackupLabel label = record.label();
        SetLayout set = layout.set(label);
        SetRecords records = new SetRecords(repository, layout);
        findings.expecting(Optional.of(label), set.begin(), () -> records.requireBegun(record));
        findings.expecting(Optional.of(label), set.start(), () -> records.requireStarted(record));
        NamedBundles bundles = new NamedBundles(repository, layout);
        Resolution resolution = new Resolution(record, bundles);
        findings.needing(label, set.manifestRoot(), resolution);
        bundles.compare(findings, label, key -> {
            if (resolution.complete) {
                findings.notice(
                        Optional.of(label),
                        ErrorCode.OBJECT_UNKNOWN,
                        key.toString(),
                        "no manifest refers to this bundle");
            }
        });
        return new Checked(record, resolution.contents, bundles);
    }

    /** Every file resolves through the chain, and its fingerprints agree with its proof. */
    private final class Resolution implements Runnable {
        private final BackupRecord record;
        private final NamedBundles bundles;
        private Optional<SetContents> contents = Optional.empty();
        private boolean complete;

        Resolution(BackupRecord record, NamedBundles bundles) {
            this.record = record;
            this.bundles = bundles;
        }

        @Override
        public void run() {
            SetContents found = SetContents.of(repository, layout, record);
            contents = Optional.of(found);
            FrameFingerprint fingerprint = new FrameFingerprint(found.root().seed());
            int pageSize = found.root().pageSize();
            long zero = fingerprint.of(new byte[pageSize], 0, pageSize);
            ManifestChain chain = found.files();
            while (chain.hasNext()) {
                ManifestChain.Chained next = chain.next();
                if (next.entry() instanceof ManifestEntry.File file) {
                    ResolvedFile resolved = ResolvedFile.of(next.levels(), pageSize, zero);
                    bundles.note(record.label(), file.map().frames().stream());
                    Adopted.framesOf(found, resolved)
                            .forEach(frame ->
                                    bundles.note(found.levels().get(frame.set()).label(), Stream.of(frame.frame())));
                }
            }
            Iterator<ManifestEntry> late = found.lateFiles();
            while (late.hasNext()) {
                if (late.next() instanceof ManifestEntry.File file) {
                    bundles.note(record.label(), file.map().frames().stream());
                }
            }
            complete = true;
        }
    }
}
