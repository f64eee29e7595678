package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file in {@code pg_wal} or an archive (PostgreSQL {@code xlog_internal.h}). Always computed here: {@code pg_walfile_name}
 * answers differently at a segment border before and after version 17, and not at all on a standby. Names are matched whole, so that a
 * backup history file is never taken for the segment it begins with.
 *
 * @param kind what the file is
 * @param timeline the first eight digits
 * @param position for all kinds but history the next sixteen digits: upper half and segment within it, each 32 bits; else 0
 * @param offset for backup history files the eight digits after the dot; else 0
 */
public record WalFileName(Kind kind, Timeline timeline, long position, int offset) {
    private static final Pattern GRAMMAR =
            Pattern.compile("([0-9A-F]{8})(?:\\.(history)|([0-9A-F]{16})(?:\\.(partial)|\\.([0-9A-F]{8})\\.backup)?)");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** What a WAL file is. */
    public enum Kind {
        /** A whole segment. */
        SEGMENT,
        /** The last, incomplete segment of a timeline that was left by a promotion; recovery never asks for it. */
        PARTIAL,
        /** The note that a backup leaves in the log: where it began and ended. */
        BACKUP_HISTORY,
        /** The ancestry of a timeline. */
        TIMELINE_HISTORY
    }

    /** Checks that only the digits that the kind has are there. */
    public WalFileName {
        if (kind == Kind.TIMELINE_HISTORY && position != 0 || kind != Kind.BACKUP_HISTORY && offset != 0) {
            throw new IllegalArgumentException("a " + kind + " has no such digits");
        }
    }

    /**
     * The name of a segment.
     *
     * @param timeline of the segment
     * @param segment its number from the beginning of the log
     * @param size of the cluster's segments
     * @return the name
     */
    public static WalFileName segment(Timeline timeline, long segment, WalSegmentSize size) {
        long perLog = size.segmentsPerLog();
        long position = Long.divideUnsigned(segment, perLog) << 32 | Long.remainderUnsigned(segment, perLog);
        return new WalFileName(Kind.SEGMENT, timeline, position, 0);
    }

    /**
     * The name of the segment that holds a position.
     *
     * @param timeline of the segment
     * @param lsn the position
     * @param size of the cluster's segments
     * @return the name
     */
    public static WalFileName containing(Timeline timeline, Lsn lsn, WalSegmentSize size) {
        return segment(timeline, size.segmentOf(lsn), size);
    }

    /**
     * The name of a timeline's history file.
     *
     * @param timeline the timeline
     * @return the name
     */
    public static WalFileName history(Timeline timeline) {
        return new WalFileName(Kind.TIMELINE_HISTORY, timeline, 0, 0);
    }

    /**
     * Reads a name; the inverse of {@link #toString()}.
     *
     * @param name a file name without directory
     * @return the name
     * @throws IllegalArgumentException if it is none of PostgreSQL's names
     */
    public static WalFileName parse(String name) {
        return tryParse(name)
                .orElseThrow(() -> new IllegalArgumentException("not the name of a WAL file: '" + name + "'"));
    }

    /**
     * Reads a name that may be something else.
     *
     * @param name a file name without directory
     * @return empty if it is none of PostgreSQL's names
     */
    public static Optional<WalFileName> tryParse(String name) {
        Matcher matcher = GRAMMAR.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long timelineNumber = HexFormat.fromHexDigitsToLong(matcher.group(1));
        if (timelineNumber == 0) {
            return Optional.empty();
        }
        Timeline timeline = new Timeline(timelineNumber);
        if (matcher.group(2) != null) {
            return Optional.of(history(timeline));
        }
        long position = HexFormat.fromHexDigitsToLong(matcher.group(3));
        if (matcher.group(5) != null) {
            int offset = HexFormat.fromHexDigits(matcher.group(5));
            return Optional.of(new WalFileName(Kind.BACKUP_HISTORY, timeline, position, offset));
        }
        Kind kind = matcher.group(4) == null ? Kind.SEGMENT : Kind.PARTIAL;
        return Optional.of(new WalFileName(kind, timeline, position, 0));
    }

    /**
     * The number of the segment this file is or belongs to.
     *
     * @param size of the cluster's segments
     * @return counted from the beginning of the log
     * @throws IllegalArgumentException for a timeline history, or if segments of that size cannot have this name
     */
    public long segmentNumber(WalSegmentSize size) {
        long within = position & 0xFFFF_FFFFL;
        if (kind == Kind.TIMELINE_HISTORY || within >= size.segmentsPerLog()) {
            throw new IllegalArgumentException(this + " is no file of a segment of " + size.bytes() + " bytes");
        }
        return (position >>> 32) * size.segmentsPerLog() + within;
    }

    /**
     * The position of the segment's first byte.
     *
     * @param size of the cluster's segments
     * @return the position
     * @throws IllegalArgumentException as {@link #segmentNumber}
     */
    public Lsn start(WalSegmentSize size) {
        return size.startOf(segmentNumber(size));
    }

    /**
     * The segment after this one, on the same timeline.
     *
     * @param size of the cluster's segments
     * @return its name
     * @throws IllegalArgumentException as {@link #segmentNumber}
     */
    public WalFileName next(WalSegmentSize size) {
        return segment(timeline, segmentNumber(size) + 1, size);
    }

    /** The name as PostgreSQL writes it. */
    @Override
    public String toString() {
        return switch (kind) {
            case TIMELINE_HISTORY -> timeline.hex() + ".history";
            case SEGMENT -> timeline.hex() + HEX.toHexDigits(position);
            case PARTIAL -> timeline.hex() + HEX.toHexDigits(position) + ".partial";
            case BACKUP_HISTORY ->
                timeline.hex() + HEX.toHexDigits(position) + "." + HEX.toHexDigits(offset) + ".backup";
        };
    }
}
