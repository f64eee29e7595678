package io.pgbackup.core.engine.backup;

import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;

/**
 * What holds for every file of one backup. Immutable and safe for use by many threads.
 *
 * @param check judges pages
 * @param rechecker decides about those that fail
 * @param fingerprint seeded for the chain
 * @param zeroFingerprint of a page of zero bytes
 * @param blocksPerSegment pages of a full segment file
 */
record CopyRules(
        PageCheck check,
        PageRechecker rechecker,
        FrameFingerprint fingerprint,
        long zeroFingerprint,
        long blocksPerSegment) {
    int pageSize() {
        return check.pageSize();
    }
}
