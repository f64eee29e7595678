package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.pipeline.FrameFingerprint;

/** Lays the levels of a set's files on top of each other. Immutable. */
public final class ResolvedFiles {
    private final SetContents contents;
    private final FrameFingerprint fingerprint;
    private final long zero;

    public ResolvedFiles(SetContents contents) {
        this.contents = contents;
        this.fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        this.zero = fingerprint.of(new byte[pageSize], 0, pageSize);
    }

    public ResolvedFile of(ManifestChain.Chained file) {
        return ResolvedFile.of(file.levels(), contents.root().pageSize(), zero);
    }

    public FrameFingerprint fingerprint() {
        return fingerprint;
    }
}
