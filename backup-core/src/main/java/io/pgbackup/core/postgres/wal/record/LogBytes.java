package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;

/** The bytes of a log by their position, page headers included. */
@FunctionalInterface
public interface LogBytes {
    /**
     * Reads, never over the border of a segment.
     *
     * @param position of the first byte wanted
     * @param into filled from its begin
     * @param length bytes wanted
     * @return bytes read; fewer than wanted if there are no more
     */
    int read(Lsn position, byte[] into, int length);
}
