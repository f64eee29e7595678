package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageRechecker;

/**
 * What holds for every file of one backup, whatever the lane. Immutable and safe for use by many threads.
 *
 * @param check judges pages
 * @param rechecker decides about those that fail
 * @param blocksPerSegment pages of a full segment file
 */
public record CopyRules(PageCheck check, PageRechecker rechecker, long blocksPerSegment) {
    public int pageSize() {
        return check.pageSize();
    }
}
