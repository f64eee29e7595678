package io.pgbackup.core.engine.backup;

import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;

/**
 * What holds for every file of one backup, whatever the lane. Immutable and safe for use by many threads.
 *
 * @param check judges pages
 * @param rechecker decides about those that fail
 * @param blocksPerSegment pages of a full segment file
 */
record CopyRules(PageCheck check, PageRechecker rechecker, long blocksPerSegment) {
    int pageSize() {
        return check.pageSize();
    }
}
