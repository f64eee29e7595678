package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;

/**
 * Where the record of a checkpoint ends. After the checkpoint of a clean shutdown nothing follows: that is the end of the log. Arithmetic only.
 *
 * @param pageSize of the log, in bytes
 * @param segmentSize of the log
 */
public record ShutdownRecord(int pageSize, WalSegmentSize segmentSize) {
    private static final int PAGE_HEADER = 24;
    private static final int SEGMENT_HEADER = 40;
    private static final int ALIGNMENT = 8;
    private static final long SHORTEST = 24;
    private static final long LONGEST = 1024;

    /**
     * Whether a record of a checkpoint can have this length.
     *
     * @param length as its first four bytes say
     * @return false if these bytes are no such record
     */
    public static boolean isPlausible(long length) {
        return length >= SHORTEST && length <= LONGEST;
    }

    /**
     * The first position behind the record.
     *
     * @param begin where it begins
     * @param length its bytes, headers of pages that lie in between not counted
     * @return where the next record would begin, or the header of the next page
     */
    public Lsn end(Lsn begin, long length) {
        long position = begin.value();
        long remaining = length;
        while (true) {
            long room = pageSize - position % pageSize;
            if (remaining <= room) {
                return new Lsn((position + remaining + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
            }
            remaining -= room;
            position += room;
            position += position % segmentSize.bytes() == 0 ? SEGMENT_HEADER : PAGE_HEADER;
        }
    }
}
