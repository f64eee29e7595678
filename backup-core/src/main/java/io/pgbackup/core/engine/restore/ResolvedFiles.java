package io.pgbackup.core.engine.restore;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.pipeline.FrameFingerprint;

/** Lays the levels of a set's files on top of each other. Immutable. */
final class ResolvedFiles {
    private final SetContents contents;
    private final FrameFingerprint fingerprint;
    private final long zero;

    ResolvedFiles(SetContents contents) {
        this.contents = contents;
        this.fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        this.zero = fingerprint.of(new byte[pageSize], 0, pageSize);
    }

    ResolvedFile of(ManifestChain.Chained file) {
        return ResolvedFile.of(file.levels(), contents.root().pageSize(), zero);
    }

    FrameFingerprint fingerprint() {
        return fingerprint;
    }
}
