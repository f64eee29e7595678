package io.pgbackup.core.engine.backup;

import io.pgbackup.core.postgres.files.ClusterEntry;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a paged file, worked on by one worker: a large file is many runs.
 *
 * @param entry the file
 * @param offset first byte, a multiple of the page size
 * @param length number of bytes wanted
 * @param base what the base holds of the file; null if nothing
 */
record Run(
        ClusterEntry entry,
        long offset,
        long length,
        @Nullable BaseFile base) {}
