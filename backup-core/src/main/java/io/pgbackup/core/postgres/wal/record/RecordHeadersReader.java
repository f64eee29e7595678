package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the headers of one record (rule: {@code DecodeXLogRecord} in {@code xlogreader.c}). Used once. */
final class RecordHeadersReader {
    private static final int LAST_BLOCK_ID = 32;
    private static final int TOP_LEVEL_TRANSACTION = 252;
    private static final int ORIGIN = 253;
    private static final int LONG_MAIN_DATA = 254;
    private static final int SHORT_MAIN_DATA = 255;

    private static final int FORK = 0x0F;
    private static final int HAS_IMAGE = 0x10;
    private static final int HAS_DATA = 0x20;
    private static final int SAME_RELATION = 0x80;

    private static final int HAS_HOLE = 1;
    private static final int COMPRESSED_BEFORE_15 = 2;
    private static final int COMPRESSED_SINCE_15 = 4 | 8 | 16;
    private static final Fork[] FORKS = Fork.values();

    private final WalFormat format;
    private final Lsn start;
    private final ByteBuffer fields;
    private final long length;
    private final List<BlockReference> blocks = new ArrayList<>(2);
    private int position = RecordHeaders.HEAD;
    private long data;
    private long mainData;
    private int lastBlockId = -1;
    private @Nullable RelationFork relation;

    RecordHeadersReader(WalFormat format, Lsn start, ByteBuffer fields, long length) {
        this.format = format;
        this.start = start;
        this.fields = fields;
        this.length = length;
    }

    RecordHeaders read() {
        boolean more = true;
        while (more && length - position > data) {
            more = header();
        }
        if (length - position != data) {
            throw broken("its parts do not add up to its length");
        }
        WalRecord.Head head = new WalRecord.Head(
                length,
                Integer.toUnsignedLong(fields.getInt(4)),
                new Lsn(fields.getLong(8)),
                Byte.toUnsignedInt(fields.get(17)),
                Byte.toUnsignedInt(fields.get(16)),
                mainData,
                fields.getInt(20));
        return new RecordHeaders(head, List.copyOf(blocks));
    }

    /** One of the headers; false if it is the last. */
    private boolean header() {
        int id = octet();
        switch (id) {
            case SHORT_MAIN_DATA -> mainData = octet();
            case LONG_MAIN_DATA -> mainData = word();
            case ORIGIN -> half();
            case TOP_LEVEL_TRANSACTION -> word();
            default -> block(id);
        }
        if (id != SHORT_MAIN_DATA && id != LONG_MAIN_DATA) {
            return true;
        }
        data += mainData;
        return false;
    }

    private void block(int id) {
        if (id > LAST_BLOCK_ID) {
            throw new MalformedWalException(WalProblem.UNSUPPORTED, start, "the record has an unknown part " + id);
        }
        if (id <= lastBlockId) {
            throw broken("its pages are out of order");
        }
        lastBlockId = id;
        int flags = octet();
        int dataLength = half();
        if ((flags & HAS_DATA) != 0 != dataLength > 0) {
            throw broken("a page has data and has none");
        }
        data += dataLength;
        boolean imaged = (flags & HAS_IMAGE) != 0;
        if (imaged) {
            image();
        }
        RelationFork named = relation(flags);
        relation = named;
        blocks.add(new BlockReference(named, word(), imaged));
    }

    private void image() {
        data += half();
        half();
        int info = octet();
        int compressed = format.compareTo(WalFormat.V15) < 0 ? COMPRESSED_BEFORE_15 : COMPRESSED_SINCE_15;
        if ((info & HAS_HOLE) != 0 && (info & compressed) != 0) {
            half();
        }
    }

    private RelationFork relation(int flags) {
        int fork = flags & FORK;
        if (fork >= FORKS.length) {
            throw new MalformedWalException(WalProblem.UNSUPPORTED, start, "the record names an unknown fork " + fork);
        }
        RelationFork previous = relation;
        if ((flags & SAME_RELATION) == 0) {
            return new RelationFork(word(), word(), word(), FORKS[fork]);
        }
        if (previous == null) {
            throw broken("its first page is of the same relation as one before");
        }
        return previous.withFork(FORKS[fork]);
    }

    private int octet() {
        return Byte.toUnsignedInt(fields.get(advance(1)));
    }

    private int half() {
        return Short.toUnsignedInt(fields.getShort(advance(2)));
    }

    private long word() {
        return Integer.toUnsignedLong(fields.getInt(advance(4)));
    }

    private int advance(int bytes) {
        int at = position;
        if (Math.min(length, fields.capacity()) - at < bytes) {
            throw broken("its headers do not end");
        }
        position += bytes;
        return at;
    }

    private MalformedWalException broken(String what) {
        return new MalformedWalException(WalProblem.BROKEN, start, "the record makes no sense: " + what);
    }
}
