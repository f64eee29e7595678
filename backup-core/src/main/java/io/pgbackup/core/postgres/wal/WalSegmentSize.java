package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The size of a cluster's WAL segments and the arithmetic that hangs on it (PostgreSQL {@code xlog_internal.h}). Chosen at initdb.
 *
 * @param bytes a power of two from 1 MiB to 1 GiB
 */
public record WalSegmentSize(int bytes) {
    /** What initdb takes when nothing is said: 16 MiB. */
    public static final WalSegmentSize DEFAULT = new WalSegmentSize(16 << 20);

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if PostgreSQL does not know such a size
     */
    public WalSegmentSize {
        if (bytes < 1 << 20 || bytes > 1 << 30 || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("a WAL segment is a power of two from 1 MiB to 1 GiB, not " + bytes);
        }
    }

    /**
     * How many segments share one upper half of a position: the radix of the last eight digits of a file name.
     *
     * @return 4 to 4096
     */
    public long segmentsPerLog() {
        return 0x1_0000_0000L / bytes;
    }

    /**
     * The number of the segment that holds a position.
     *
     * @param lsn the position
     * @return counted from the beginning of the log; an unsigned number that fits a positive long
     */
    public long segmentOf(Lsn lsn) {
        return lsn.value() >>> Integer.numberOfTrailingZeros(bytes);
    }

    /**
     * The number of the segment that holds the last byte before a position. It differs from {@link #segmentOf} exactly at a border: a
     * backup that stops at a border does not need the segment that begins there.
     *
     * @param end the position after the last byte wanted
     * @return counted from the beginning of the log
     * @throws IllegalArgumentException for position zero, before which there is nothing
     */
    public long segmentBefore(Lsn end) {
        if (end.value() == 0) {
            throw new IllegalArgumentException("there is no WAL before position 0/0");
        }
        return segmentOf(new Lsn(end.value() - 1));
    }

    /**
     * The position of the first byte of a segment.
     *
     * @param segment its number
     * @return the position
     */
    public Lsn startOf(long segment) {
        return new Lsn(segment << Integer.numberOfTrailingZeros(bytes));
    }

    /**
     * The files that hold all of a range on one timeline.
     *
     * @param timeline of the files
     * @param start first position wanted
     * @param stop the position after the last byte wanted
     * @return in order, at least one
     * @throws IllegalArgumentException if the range is empty or reversed
     */
    public List<WalFileName> filesOf(Timeline timeline, Lsn start, Lsn stop) {
        if (start.compareTo(stop) >= 0) {
            throw new IllegalArgumentException("no WAL from " + start + " to " + stop);
        }
        return LongStream.rangeClosed(segmentOf(start), segmentBefore(stop))
                .mapToObj(segment -> WalFileName.segment(timeline, segment, this))
                .toList();
    }
}
