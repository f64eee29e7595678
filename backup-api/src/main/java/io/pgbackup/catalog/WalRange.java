package io.pgbackup.catalog;

import io.pgbackup.Lsn;

/**
 * A stretch of the write-ahead log on one timeline.
 *
 * @param timeline the timeline, at least 1
 * @param start first position needed
 * @param stop position after the last needed
 * @param startSegment name of the segment that holds {@code start}
 * @param stopSegment name of the segment that holds the byte before {@code stop}
 * @param archived whether it is in the archive only, and not inside the set
 */
public record WalRange(long timeline, Lsn start, Lsn stop, String startSegment, String stopSegment, boolean archived) {
    /**
     * Inside the set.
     *
     * @param timeline the timeline, at least 1
     * @param start first position needed
     * @param stop position after the last needed
     * @param startSegment name of the segment that holds {@code start}
     * @param stopSegment name of the segment that holds the byte before {@code stop}
     */
    public WalRange(long timeline, Lsn start, Lsn stop, String startSegment, String stopSegment) {
        this(timeline, start, stop, startSegment, stopSegment, false);
    }
}
