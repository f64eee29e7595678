package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.block.change.ChangeSet;
import io.pgbackup.core.engine.backup.base.BaseSet;
import io.pgbackup.core.repository.set.BundleWriters;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestWriter;
import java.util.List;
import java.util.Optional;

/**
 * What is copied for one lane, and where it goes. For the thread that leads the run; workers use state, rules and bundles.
 *
 * @param state whether the lane is still in the run
 * @param rules for its pages
 * @param base what it builds upon
 * @param changes since that, if they are known: not to be changed
 * @param bundles where frames go
 * @param manifest where entries go
 * @param totals what was copied so far
 */
public record LaneCopy(
        LaneState state,
        LaneRules rules,
        Optional<BaseSet> base,
        Optional<ChangeSet> changes,
        BundleWriters bundles,
        ManifestWriter manifest,
        CopyTotals totals)
        implements AutoCloseable {

    /** The pages of the section that ends here. */
    public List<ManifestRoot.Page> endSection() {
        return manifest.endSection();
    }

    /** Lets go of buffers and threads. No worker may be copying. */
    @Override
    public void close() {
        bundles.close();
    }
}
