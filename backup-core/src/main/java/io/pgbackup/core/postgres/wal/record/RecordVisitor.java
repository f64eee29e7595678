package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;

/** Receives what {@link WalScanner} finds, in the order of the log. */
public interface RecordVisitor {
    /**
     * A whole record, its checksum and its place in the chain being right.
     *
     * @param record never null
     */
    void record(WalRecord record);

    /**
     * Bytes of a record that began before the scan, in order and without page headers.
     *
     * @param bytes holds them; must not be kept
     * @param offset first of them
     * @param length how many
     */
    default void headBytes(byte[] bytes, int offset, int length) {}

    /**
     * Bytes of a record that begins within the scan and goes on behind the end of a page, in order and without page headers; those of the last one may not make
     * a whole. Of others there are none.
     *
     * @param start where the record begins
     * @param bytes holds them; must not be kept
     * @param offset first of them
     * @param length how many
     */
    default void recordBytes(Lsn start, byte[] bytes, int offset, int length) {}

    /** A record that began before the scan was never finished: what was delivered of it counts for nothing. */
    default void headOverwritten() {}
}
