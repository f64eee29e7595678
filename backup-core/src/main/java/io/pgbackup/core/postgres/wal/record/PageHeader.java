package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What stands at the head of every page of the log (PostgreSQL {@code XLogPageHeaderData}).
 *
 * @param format of the page
 * @param info flags
 * @param timeline it was written on
 * @param address position of its first byte
 * @param remaining bytes of the record before that are still to come, this page's included; 0 if it begins with a new one
 */
record PageHeader(WalFormat format, int info, Timeline timeline, Lsn address, long remaining) {
    static final int SHORT = 24;
    static final int LONG = 40;

    private static final int CONTINUES = 1;
    private static final int HAS_LONG_HEADER = 2;
    private static final int OVERWRITES = 8;
    private static final int KNOWN = 15;

    /** Reads the header of the page that lies at a position. */
    static PageHeader read(ByteBuffer page, Lsn position) {
        int magic = Short.toUnsignedInt(page.getShort(0));
        if (magic == 0) {
            throw new MalformedWalException(WalProblem.END, position, "nothing was written yet");
        }
        WalFormat format = WalFormat.ofMagic(magic)
                .orElseThrow(() -> new MalformedWalException(
                        WalProblem.UNSUPPORTED, position, "unknown form of the log " + Integer.toHexString(magic)));
        int info = Short.toUnsignedInt(page.getShort(2));
        long timeline = Integer.toUnsignedLong(page.getInt(4));
        if (timeline == 0 || (info & ~KNOWN) != 0) {
            throw new MalformedWalException(WalProblem.BROKEN, position, "the page's header makes no sense");
        }
        Lsn address = new Lsn(page.getLong(8));
        if (!address.equals(position)) {
            throw new MalformedWalException(WalProblem.END, position, "the page belongs to position " + address);
        }
        return new PageHeader(format, info, new Timeline(timeline), address, Integer.toUnsignedLong(page.getInt(16)));
    }

    /** Whether the page begins with more of a record that began before. */
    boolean continues() {
        return (info & CONTINUES) != 0;
    }

    /** Whether the record that began before was never finished, and another one stands in its place. */
    boolean overwrites() {
        return (info & OVERWRITES) != 0;
    }

    boolean isLong() {
        return (info & HAS_LONG_HEADER) != 0;
    }

    int length() {
        return isLong() ? LONG : SHORT;
    }

    /** What the long header at the head of a segment says. */
    static WalLayout layout(ByteBuffer page, Lsn position) {
        try {
            return new WalLayout(page.getLong(24), new WalSegmentSize(page.getInt(32)), page.getInt(36));
        } catch (IllegalArgumentException e) {
            throw new MalformedWalException(WalProblem.BROKEN, position, String.valueOf(e.getMessage()));
        }
    }

    static ByteBuffer fields(byte[] page) {
        return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    }
}
