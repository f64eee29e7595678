/** The write-ahead log: archiving it, fetching it, and what is known of what was archived. */
@NullMarked
package io.pgbackup.wal;

import org.jspecify.annotations.NullMarked;
