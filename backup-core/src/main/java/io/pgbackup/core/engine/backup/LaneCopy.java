package io.pgbackup.core.engine.backup;

import io.pgbackup.core.repository.BundleWriters;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.ManifestWriter;
import java.util.List;
import java.util.Optional;

/**
 * What is copied for one lane, and where it goes. For the thread that leads the run; workers use state, rules and bundles.
 *
 * @param state whether the lane is still in the run
 * @param rules for its pages
 * @param base what it builds upon
 * @param bundles where frames go
 * @param manifest where entries go
 * @param totals what was copied so far
 */
record LaneCopy(
        LaneState state,
        LaneRules rules,
        Optional<BaseSet> base,
        BundleWriters bundles,
        ManifestWriter manifest,
        CopyTotals totals)
        implements AutoCloseable {

    /** The pages of the section that ends here. */
    List<ManifestRoot.Page> endSection() {
        return manifest.endSection();
    }

    /** Lets go of buffers and threads. No worker may be copying. */
    @Override
    public void close() {
        bundles.close();
    }
}
