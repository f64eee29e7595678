/**
 * One page at a time: its checksum, its header, and what to do when it was read while being written. Knows nothing of files or backups.
 */
@NullMarked
package io.pgbackup.core.postgres.page;

import org.jspecify.annotations.NullMarked;
