package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the log as a server would, for tests that need what no server can be made to write. For one thread. */
public final class WalBytes {
    public static final long SYSTEM = 0x7123_4567_89AB_CDEFL;
    public static final WalLayout SMALL = new WalLayout(SYSTEM, new WalSegmentSize(1 << 20), 8192);

    private final WalFormat format;
    private final WalLayout layout;
    private final long begin;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Timeline timeline = Timeline.FIRST;
    private long previous;
    private long rest;

    public WalBytes(WalFormat format, WalLayout layout, Lsn begin) {
        this.format = format;
        this.layout = layout;
        this.begin = begin.value();
    }

    public static WalBytes of(WalFormat format) {
        return new WalBytes(format, SMALL, new Lsn(5L << 20));
    }

    public Lsn position() {
        return new Lsn(begin + out.size());
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    /** All of it, and zeros up to the end of the segment. */
    public byte[] wholeSegments() {
        int segment = layout.segmentSize().bytes();
        return Arrays.copyOf(bytes(), (out.size() + segment - 1) / segment * segment);
    }

    public WalBytes timeline(long number) {
        timeline = new Timeline(number);
        return this;
    }

    /** What the next record says of the one before. */
    public WalBytes pretendPrevious(long position) {
        previous = position;
        return this;
    }

    /** A record of main data only. */
    public Lsn record(int resourceManager, int info, byte... mainData) {
        return raw(body(resourceManager, info, new byte[0], mainData));
    }

    /** A record that changes pages of one relation; each page with an image of some bytes. */
    public Lsn pages(RelationFork relation, int imageBytes, long... blocks) {
        ByteBuffer headers = little(blocks.length * 32 + 64);
        for (int index = 0; index < blocks.length; index++) {
            headers.put((byte) index);
            headers.put((byte) (relation.fork().ordinal() | (imageBytes > 0 ? 0x10 : 0) | (index > 0 ? 0x80 : 0)));
            headers.putShort((short) 0);
            if (imageBytes > 0) {
                headers.putShort((short) imageBytes).putShort((short) 0).put((byte) 0);
            }
            if (index == 0) {
                headers.putInt((int) relation.tablespace())
                        .putInt((int) relation.database())
                        .putInt((int) relation.fileNode());
            }
            headers.putInt((int) blocks[index]);
        }
        byte[] images = new byte[imageBytes * blocks.length];
        Arrays.fill(images, (byte) 0x5A);
        return raw(body(10, 0, Arrays.copyOf(headers.array(), headers.position()), images, new byte[] {1, 2, 3}));
    }

    public byte[] body(int resourceManager, int info, byte[] headers, byte[] mainData) {
        return body(resourceManager, info, headers, new byte[0], mainData);
    }

    private byte[] body(int resourceManager, int info, byte[] headers, byte[] data, byte[] mainData) {
        boolean isLong = mainData.length > 255;
        int mainHeader = mainData.length == 0 ? 0 : isLong ? 5 : 2;
        int length = 24 + headers.length + mainHeader + data.length + mainData.length;
        ByteBuffer record = little(length);
        record.putInt(length).putInt(777).putLong(previous).put((byte) info).put((byte) resourceManager);
        record.putShort((short) 0).putInt(0).put(headers);
        if (isLong) {
            record.put((byte) 254).putInt(mainData.length);
        } else if (mainData.length > 0) {
            record.put((byte) 255).put((byte) mainData.length);
        }
        record.put(data).put(mainData);
        return record.array();
    }

    /** A record as it is, its checksum made right; returns where it begins. */
    public Lsn raw(byte[] record) {
        CRC32C checksum = new CRC32C();
        checksum.update(record, 24, record.length - 24);
        checksum.update(record, 0, 20);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) checksum.getValue());
        return unchecked(record, record.length);
    }

    /** The first bytes of a record as it is. */
    public Lsn unchecked(byte[] record, int length) {
        beginPage(0, 0);
        Lsn start = position();
        int done = 0;
        while (done < length) {
            beginPage(1, record.length - done);
            int room = layout.pageSize() - (int) (position().value() % layout.pageSize());
            int taken = Math.min(room, length - done);
            out.write(record, done, taken);
            done += taken;
        }
        rest = record.length - length;
        while (rest == 0 && out.size() % 8 != 0) {
            out.write(0);
        }
        if (rest == 0) {
            previous = start.value();
        }
        return start;
    }

    /** Fills the page up with a record that is never finished, and begins the next page in its place. */
    public Lsn overwritten(byte[] record) {
        int room = layout.pageSize() - (int) (position().value() % layout.pageSize());
        Lsn start = unchecked(record, room);
        beginPage(8, 0);
        return start;
    }

    private void beginPage(int flags, long remaining) {
        if (out.size() % layout.pageSize() != 0) {
            return;
        }
        boolean first = position().value() % layout.segmentSize().bytes() == 0;
        ByteBuffer header = little(first ? 40 : 24);
        header.putShort((short) format.magic()).putShort((short) (flags | (first ? 2 : 0)));
        header.putInt((int) timeline.value()).putLong(position().value()).putInt((int) remaining);
        if (first) {
            header.putLong(24, layout.systemIdentifier())
                    .putInt(32, layout.segmentSize().bytes())
                    .putInt(36, layout.pageSize());
        }
        out.writeBytes(header.array());
    }

    /** Switches to the next segment; the rest is zeros. */
    public Lsn switchSegment() {
        Lsn start = record(ResourceManager.LOG, 0x40);
        int segment = layout.segmentSize().bytes();
        out.writeBytes(new byte[(segment - out.size() % segment) % segment]);
        return start;
    }

    /** The records that lie whole on the first page, with checksums that fit. */
    public static byte[] withChecksums(byte[] bytes) {
        byte[] fitting = bytes.clone();
        ByteBuffer fields = ByteBuffer.wrap(fitting).order(ByteOrder.LITTLE_ENDIAN);
        int end = Math.min(fitting.length, 8192);
        for (int at = 40; at + 24 <= end; ) {
            long length = Integer.toUnsignedLong(fields.getInt(at));
            if (length < 24 || at + length > end) {
                break;
            }
            CRC32C checksum = new CRC32C();
            checksum.update(fitting, at + 24, (int) length - 24);
            checksum.update(fitting, at, 20);
            fields.putInt(at + 20, (int) checksum.getValue());
            at += (int) (length + 7) / 8 * 8;
        }
        return fitting;
    }

    public static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
