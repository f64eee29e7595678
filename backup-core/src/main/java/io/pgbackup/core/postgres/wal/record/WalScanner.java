package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of the log from the begin of a segment on, in pieces of any size and over any number of segments, and delivers the records that begin
 * there (rule: {@code XLogDecodeNextRecord} in {@code xlogreader.c}). After an exception {@link #soundEnd()} still says how far the log is sound. Not safe
 * for use by many threads.
 */
public final class WalScanner {
    private static final int ALIGNMENT = 8;
    private static final int BUFFER = 64 << 10;

    /** What the next page must begin with. */
    private enum State {
        /** Nothing is known: the first page tells. */
        BEGIN,
        /** More of the record that began before the scan. */
        HEAD,
        /** A new record. */
        BETWEEN,
        /** More of a record. */
        RECORD,
        /** Whatever it is, it is not used, up to the end of the segment. */
        UNUSED
    }

    private final WalLayout layout;
    private final RecordVisitor visitor;
    private final byte[] page;
    private final ByteBuffer fields;
    private final PageChain pages;
    private final RecordChain records;
    private State state = State.BEGIN;
    private long pageStart;
    private int filled;
    private long headRemaining;
    private @Nullable RecordDecoder decoder;

    /**
     * Begins at a segment.
     *
     * @param layout of the log
     * @param start position of the first byte of a segment
     * @param visitor receives what is found
     * @throws IllegalArgumentException if no segment begins there
     */
    public WalScanner(WalLayout layout, Lsn start, RecordVisitor visitor) {
        if (start.value() % layout.segmentSize().bytes() != 0) {
            throw new IllegalArgumentException("no segment begins at " + start);
        }
        this.layout = layout;
        this.visitor = visitor;
        this.page = new byte[layout.pageSize()];
        this.fields = PageHeader.fields(page);
        this.pages = new PageChain(layout);
        this.records = new RecordChain(start);
        this.pageStart = start.value();
    }

    /**
     * Takes more bytes.
     *
     * @param bytes holds them
     * @param offset first of them
     * @param length how many
     * @throws MalformedWalException if the log cannot be read on; nothing may be given after that
     */
    public void accept(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            int taken = Math.min(length - done, page.length - filled);
            System.arraycopy(bytes, offset + done, page, filled, taken);
            filled += taken;
            done += taken;
            if (filled == page.length) {
                readPage(page.length);
                pageStart += page.length;
                filled = 0;
            }
        }
    }

    /**
     * Takes all that a stream has.
     *
     * @param stream the next bytes; not closed
     * @throws IOException if it cannot be read
     * @throws MalformedWalException as {@link #accept(byte[], int, int)}
     */
    public void accept(InputStream stream) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
            accept(buffer, 0, read);
        }
    }

    /**
     * Reads what is left of a page that was not given whole. Nothing may be given after that.
     *
     * @throws MalformedWalException if the log cannot be read up to there
     */
    public void end() {
        boolean first = pageStart % layout.segmentSize().bytes() == 0;
        if (filled >= (first ? PageHeader.LONG : PageHeader.SHORT)) {
            readPage(filled);
        }
        filled = 0;
    }

    private void readPage(int limit) {
        boolean first = pageStart % layout.segmentSize().bytes() == 0;
        if (state == State.UNUSED && !first) {
            return;
        }
        PageHeader header = pages.next(fields, new Lsn(pageStart));
        int at = header.length();
        switch (state) {
            case BEGIN, HEAD -> at = head(header, at, limit);
            case RECORD -> at = continued(header, at, limit);
            case BETWEEN, UNUSED -> {
                requireNew(header);
                state = State.BETWEEN;
            }
        }
        while (state == State.BETWEEN && limit - at >= Integer.BYTES) {
            decoder().begin(new Lsn(pageStart + at), Integer.toUnsignedLong(fields.getInt(at)));
            at = feed(at, limit);
        }
    }

    /** What goes on from before the scan; how long it is the first page tells. */
    private int head(PageHeader header, int at, int limit) {
        if (header.overwrites()) {
            visitor.headOverwritten();
            return headEnds(at);
        }
        if (state == State.HEAD && header.remaining() != headRemaining) {
            throw broken("the page does not go on with the record that began before");
        }
        int taken = (int) Math.min(header.remaining(), limit - at);
        visitor.headBytes(page, at, taken);
        headRemaining = header.remaining() - taken;
        if (headRemaining == 0) {
            return headEnds(at + taken);
        }
        state = State.HEAD;
        return limit;
    }

    private int headEnds(int at) {
        state = State.BETWEEN;
        records.headEnded(aligned(at));
        return (int) (aligned(at).value() - pageStart);
    }

    private int continued(PageHeader header, int at, int limit) {
        if (header.overwrites()) {
            state = State.BETWEEN;
            return at;
        }
        if (header.remaining() != decoder().remaining()) {
            throw broken(
                    "the page does not go on with the record at " + decoder().start());
        }
        return feed(at, limit);
    }

    private void requireNew(PageHeader header) {
        if (header.continues()) {
            throw broken("the page goes on with a record that was whole before");
        }
    }

    /** Gives the record what the page has of it; returns where the next may begin. */
    private int feed(int at, int limit) {
        RecordDecoder record = decoder();
        int taken = (int) Math.min(record.remaining(), limit - at);
        if (state == State.RECORD || taken < record.remaining()) {
            visitor.recordBytes(record.start(), page, at, taken);
        }
        record.accept(page, at, taken);
        if (record.remaining() > 0) {
            state = State.RECORD;
            return limit;
        }
        Lsn end = aligned(at + taken);
        deliver(record.finish(record.isSwitch() ? segmentEnd() : end));
        return (int) (end.value() - pageStart);
    }

    private void deliver(WalRecord record) {
        records.add(record);
        state = record.switchesSegment() ? State.UNUSED : State.BETWEEN;
        visitor.record(record);
    }

    private RecordDecoder decoder() {
        RecordDecoder known = decoder;
        if (known == null) {
            known = new RecordDecoder(pages.format());
            decoder = known;
        }
        return known;
    }

    private Lsn aligned(int at) {
        return new Lsn((pageStart + at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    private Lsn segmentEnd() {
        return layout.segmentSize().startOf(layout.segmentSize().segmentOf(new Lsn(pageStart)) + 1);
    }

    private MalformedWalException broken(String message) {
        return new MalformedWalException(WalProblem.BROKEN, new Lsn(pageStart), message);
    }

    /**
     * How far the log was sound.
     *
     * @return the end of the last whole record
     */
    public Lsn soundEnd() {
        return records.soundEnd();
    }

    /**
     * What the first record says of the one before.
     *
     * @return where that begins; empty if no record began yet
     */
    public Optional<Lsn> firstPrevious() {
        return records.firstPrevious();
    }

    /**
     * Where the last whole record begins.
     *
     * @return empty if none began in the scan
     */
    public Optional<Lsn> lastStart() {
        return records.lastStart();
    }

    /**
     * Where a record begins that is not whole yet.
     *
     * @return empty if there is none, or it began before the scan
     */
    public Optional<Lsn> unfinished() {
        return state == State.RECORD ? Optional.of(decoder().start()) : Optional.empty();
    }

    /**
     * Whether all that was read belongs to a record that began before.
     *
     * @return true if its end was not yet met
     */
    public boolean withinHead() {
        return state == State.HEAD;
    }

    /**
     * The timeline of the last page.
     *
     * @return at first that of the first page
     * @throws IllegalStateException if no page was read
     */
    public Timeline timeline() {
        return pages.timeline();
    }

    /**
     * Which version wrote the log.
     *
     * @return that of the first page
     * @throws IllegalStateException if no page was read
     */
    public WalFormat format() {
        return pages.format();
    }
}
