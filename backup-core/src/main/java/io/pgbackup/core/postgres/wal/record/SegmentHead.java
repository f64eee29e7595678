package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What the first bytes of a segment say of it.
 *
 * @param format which version wrote it
 * @param timeline of its first page; that of the file's name, or an ancestor's if the timeline switched within the segment
 * @param start position of its first byte
 * @param layout of the log
 */
public record SegmentHead(WalFormat format, Timeline timeline, Lsn start, WalLayout layout) {
    /** How many bytes tell. */
    public static final int LENGTH = PageHeader.LONG;

    /**
     * Reads the head of a segment.
     *
     * @param bytes at least {@link #LENGTH} from the segment's begin
     * @return what it says of itself; whether that is what was expected is for the caller to see
     * @throws MalformedWalException if these bytes are no head of a segment
     */
    public static SegmentHead read(byte[] bytes) {
        if (bytes.length < LENGTH) {
            throw new MalformedWalException(
                    WalProblem.END, new Lsn(0), "the segment has only " + bytes.length + " bytes");
        }
        ByteBuffer fields = PageHeader.fields(Arrays.copyOf(bytes, LENGTH));
        Lsn start = new Lsn(fields.getLong(8));
        PageHeader header = PageHeader.read(fields, start);
        if (!header.isLong()) {
            throw new MalformedWalException(WalProblem.BROKEN, start, "the page is not the first of a segment");
        }
        WalLayout layout = PageHeader.layout(fields, start);
        if (!layout.segmentSize().startOf(layout.segmentSize().segmentOf(start)).equals(start)) {
            throw new MalformedWalException(WalProblem.BROKEN, start, "no segment begins here");
        }
        return new SegmentHead(header.format(), header.timeline(), start, layout);
    }
}
