package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Puts one record together from its pieces. Images of pages and their data only pass by; what is kept grows with what has come, never with what was
 * announced. Used again for the next record; not safe for use by many threads.
 */
public final class RecordDecoder {
    /** More bytes than all headers of a record can have. */
    private static final int PREFIX = 2048;

    private static final int CHECKED_HEAD = 20;
    private static final long LONGEST = 0x3FFF_FFFFL;
    private static final byte[] NOTHING = {};

    private final WalFormat format;
    private final byte[] prefix = new byte[PREFIX];
    private final ByteBuffer fields = PageHeader.fields(prefix);
    private final CRC32C checksum = new CRC32C();
    private Lsn start = new Lsn(0);
    private long length;
    private long received;
    private int prefixLength;
    private RecordHeaders headers = RecordHeaders.NONE;
    private byte[] mainData = NOTHING;
    private int mainDataLength;

    /**
     * For the records of one log.
     *
     * @param format of the log
     */
    public RecordDecoder(WalFormat format) {
        this.format = format;
    }

    /**
     * Begins a record.
     *
     * @param position of its first byte
     * @param totalLength as its first four bytes say, unsigned
     * @throws MalformedWalException if no record is that long; zero is the end of the log
     */
    public void begin(Lsn position, long totalLength) {
        if (totalLength == 0) {
            throw new MalformedWalException(WalProblem.END, position, "no record was written yet");
        }
        if (totalLength < RecordHeaders.HEAD || totalLength > LONGEST) {
            throw new MalformedWalException(WalProblem.BROKEN, position, "no record has " + totalLength + " bytes");
        }
        start = position;
        length = totalLength;
        received = 0;
        prefixLength = 0;
        checksum.reset();
        headers = RecordHeaders.NONE;
        mainData = NOTHING;
        mainDataLength = 0;
    }

    /**
     * How many bytes are still to come.
     *
     * @return 0 if the record is whole, or none was begun
     */
    public long remaining() {
        return length - received;
    }

    /**
     * Takes the next bytes of the record.
     *
     * @param bytes holds them
     * @param offset first of them
     * @param count how many; not more than are {@linkplain #remaining() still to come}
     */
    public void accept(byte[] bytes, int offset, int count) {
        if (count > remaining()) {
            throw new IllegalArgumentException("the record has only " + remaining() + " bytes to come, not " + count);
        }
        int ofHead = (int) Math.min(count, Math.max(0, RecordHeaders.HEAD - received));
        checksum.update(bytes, offset + ofHead, count - ofHead);
        int ofPrefix = (int) Math.min(count, Math.min(length, PREFIX) - prefixLength);
        System.arraycopy(bytes, offset, prefix, prefixLength, ofPrefix);
        prefixLength += ofPrefix;
        received += count;
        if (headers == RecordHeaders.NONE && prefixLength == Math.min(length, PREFIX)) {
            headers = RecordHeaders.read(format, start, fields, length);
            keep(prefix, 0, prefixLength, 0);
        }
        keep(bytes, offset + ofPrefix, count - ofPrefix, received - count + ofPrefix);
    }

    /** Keeps what belongs to the main data, which is the last of the record. */
    private void keep(byte[] bytes, int offset, int count, long position) {
        if (!headers.keepsMainData()) {
            return;
        }
        long skipped = Math.max(0, length - headers.mainDataLength() - position);
        if (skipped >= count) {
            return;
        }
        int more = count - (int) skipped;
        if (mainData.length - mainDataLength < more) {
            long doubled = Math.min(headers.mainDataLength(), 2L * mainData.length);
            mainData = Arrays.copyOf(mainData, (int) Math.max(mainDataLength + more, doubled));
        }
        System.arraycopy(bytes, offset + (int) skipped, mainData, mainDataLength, more);
        mainDataLength += more;
    }

    /**
     * The whole record.
     *
     * @param end where the next one, or the header of the next page, begins
     * @return a value
     * @throws MalformedWalException if its checksum is wrong
     */
    public WalRecord finish(Lsn end) {
        if (remaining() != 0 || length == 0) {
            throw new IllegalStateException("the record at " + start + " is not whole");
        }
        checksum.update(prefix, 0, CHECKED_HEAD);
        if ((int) checksum.getValue() != fields.getInt(CHECKED_HEAD)) {
            throw new MalformedWalException(WalProblem.BROKEN, start, "the record's checksum is wrong");
        }
        byte[] kept = mainData.length == mainDataLength ? mainData : Arrays.copyOf(mainData, mainDataLength);
        length = 0;
        received = 0;
        return new WalRecord(format, start, end, headers.head(), headers.blocks(), kept);
    }

    /** Whether the record, now whole, switches to the next segment. */
    boolean isSwitch() {
        return headers.head().isSwitch();
    }

    /** Where the record that was begun last begins. */
    Lsn start() {
        return start;
    }
}
