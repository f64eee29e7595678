package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalSegmentSize;

/**
 * What holds for all of a cluster's log; from the control file, or from the head of a segment.
 *
 * @param systemIdentifier of the cluster, an unsigned number
 * @param segmentSize of its segments
 * @param pageSize of the log in bytes, a power of two from 1 to 64 KiB
 */
public record WalLayout(long systemIdentifier, WalSegmentSize segmentSize, int pageSize) {
    private static final int LARGEST_PAGE = 64 << 10;

    /**
     * Checks the page size.
     *
     * @throws IllegalArgumentException if PostgreSQL cannot have such pages
     */
    public WalLayout {
        if (pageSize < 1 << 10 || pageSize > LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException("a page of the log is 1 to 64 KiB, not " + pageSize);
        }
    }

    /**
     * Where the record begins that follows one.
     *
     * @param end of that one
     * @return the same, unless a page's header comes first
     */
    public Lsn next(Lsn end) {
        if (end.value() % pageSize != 0) {
            return end;
        }
        boolean first = end.value() % segmentSize.bytes() == 0;
        return new Lsn(end.value() + (first ? PageHeader.LONG : PageHeader.SHORT));
    }

    /**
     * What a segment says of the log.
     *
     * @param header of the segment
     * @return the layout
     */
    public static WalLayout of(SegmentHeader header) {
        return new WalLayout(header.systemIdentifier(), header.segmentSize(), header.pageSize());
    }
}
