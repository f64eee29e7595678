package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/**
 * The long header of the first page of a WAL segment ({@code XLogLongPageHeaderData} in {@code xlog_internal.h}): what the segment says of itself.
 *
 * @param majorVersion of the server that wrote it
 * @param timeline on which its first page was written; older than the segment's own if the timeline began within the segment
 * @param pageAddress position of its first byte
 * @param systemIdentifier of the cluster
 * @param segmentSize of the cluster's segments
 */
public record SegmentHeader(
        int majorVersion, Timeline timeline, Lsn pageAddress, long systemIdentifier, WalSegmentSize segmentSize) {
    /** Bytes of the header. */
    public static final int LENGTH = 40;

    private static final Map<Integer, Integer> MAJOR_BY_MAGIC =
            Map.of(0xD106, 13, 0xD10D, 14, 0xD110, 15, 0xD113, 16, 0xD116, 17, 0xD118, 18);
    private static final int LONG_HEADER = 2;

    /**
     * Reads a header.
     *
     * @param bytes begin of a file, at least {@value #LENGTH} bytes
     * @return empty if it is no header of a version that is known
     */
    public static Optional<SegmentHeader> parse(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Integer major = MAJOR_BY_MAGIC.get(Short.toUnsignedInt(buffer.getShort(0)));
        boolean isLong = (buffer.getShort(2) & LONG_HEADER) != 0;
        long timeline = Integer.toUnsignedLong(buffer.getInt(4));
        int size = buffer.getInt(32);
        boolean possible = size >= 1 << 20 && size <= 1 << 30 && Integer.bitCount(size) == 1;
        if (major == null || !isLong || timeline == 0 || !possible) {
            return Optional.empty();
        }
        return Optional.of(new SegmentHeader(
                major,
                new Timeline(timeline),
                new Lsn(buffer.getLong(8)),
                buffer.getLong(24),
                new WalSegmentSize(size)));
    }
}
