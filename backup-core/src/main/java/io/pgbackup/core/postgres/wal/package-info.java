/**
 * Names and arithmetic of the write-ahead log: timelines, segment sizes, file names. Pure values computed here and never asked from the server,
 * whose answers differ between versions at segment borders.
 */
@NullMarked
package io.pgbackup.core.postgres.wal;

import org.jspecify.annotations.NullMarked;
