package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The long header of the first page of a WAL segment ({@code XLogLongPageHeaderData} in {@code xlog_internal.h}): what the segment says of itself.
 *
 * @param majorVersion of the server that wrote it
 * @param timeline on which its first page was written; older than the segment's own if the timeline began within the segment
 * @param pageAddress position of its first byte
 * @param systemIdentifier of the cluster
 * @param segmentSize of the cluster's segments
 * @param pageSize of the log
 */
public record SegmentHeader(
        int majorVersion,
        Timeline timeline,
        Lsn pageAddress,
        long systemIdentifier,
        WalSegmentSize segmentSize,
        int pageSize) {
    /** Bytes of the header. */
    public static final int LENGTH = 40;

    private static final int LONG_HEADER = 2;

    /**
     * Reads a header.
     *
     * @param bytes begin of a file, at least {@value #LENGTH} bytes
     * @return empty if it is no header of a version that is known
     */
    public static Optional<SegmentHeader> parse(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Optional<WalFormat> format = WalFormat.ofMagic(Short.toUnsignedInt(buffer.getShort(0)));
        boolean isLong = (buffer.getShort(2) & LONG_HEADER) != 0;
        long timeline = Integer.toUnsignedLong(buffer.getInt(4));
        int size = buffer.getInt(32);
        int pageSize = buffer.getInt(36);
        boolean possible = size >= 1 << 20
                && size <= 1 << 30
                && Integer.bitCount(size) == 1
                && pageSize >= 1 << 10
                && pageSize <= 64 << 10
                && Integer.bitCount(pageSize) == 1;
        if (format.isEmpty() || !isLong || timeline == 0 || !possible) {
            return Optional.empty();
        }
        return Optional.of(new SegmentHeader(
                format.get().major(),
                new Timeline(timeline),
                new Lsn(buffer.getLong(8)),
                buffer.getLong(24),
                new WalSegmentSize(size),
                pageSize));
    }
}
