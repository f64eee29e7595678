/**
 * Reads the write-ahead log: pages, records, and what a record says. Bytes in, records out, at no time more than a page and one record's headers in memory.
 * What is not understood is refused, never guessed. Knows nothing of archives and of what is done with a record.
 */
@NullMarked
package io.pgbackup.core.postgres.wal.record;

import org.jspecify.annotations.NullMarked;
