package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.RecordVisitor;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.postgres.wal.record.WalRecord;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the summary of one segment as its bytes pass by. Memory grows with what was changed, not with the segment. Used once, by one thread. */
public final class SegmentSummarizer {
    private final WalLayout layout;
    private final Lsn start;
    private final Lsn end;
    private final Findings findings;
    private final WalScanner scanner;
    private long received;
    private @Nullable Timeline firstTimeline;

    /** What the scan finds. */
    private static final class Findings implements RecordVisitor {
        private final ChangeSet changes = new ChangeSet();
        private final ChangeCollector collector;
        private final List<CheckpointMark> checkpoints = new ArrayList<>();
        private final ByteArrayOutputStream head = new ByteArrayOutputStream();
        private final ByteArrayOutputStream record = new ByteArrayOutputStream();
        private @Nullable Lsn recordStart;
        private boolean overwritten;

        Findings() {
            this.collector = new ChangeCollector(changes);
        }

        @Override
        public void record(WalRecord found) {
            collector.add(found);
            if (found.speaks()) {
                CheckpointMark.of(found).ifPresent(checkpoints::add);
            }
        }

        @Override
        public void headBytes(byte[] bytes, int offset, int length) {
            keep(head, bytes, offset, length);
        }

        @Override
        public void recordBytes(Lsn begin, byte[] bytes, int offset, int length) {
            if (!begin.equals(recordStart)) {
                record.reset();
                recordStart = begin;
            }
            keep(record, bytes, offset, length);
        }

        /** One byte more than may be kept tells that it is too long. */
        private static void keep(ByteArrayOutputStream into, byte[] bytes, int offset, int length) {
            int room = SegmentSummary.MOST_FRAGMENT_BYTES + 1 - into.size();
            into.write(bytes, offset, Math.min(room, length));
        }

        @Override
        public void headOverwritten() {
            overwritten = true;
        }
    }

    /**
     * Begins with a whole segment.
     *
     * @param layout of the log
     * @param start position of the segment's first byte
     */
    public SegmentSummarizer(WalLayout layout, Lsn start) {
        this(layout, start, new Lsn(start.value() + layout.segmentSize().bytes()));
    }

    /**
     * Begins with a segment that was not yet written to its end.
     *
     * @param layout of the log
     * @param start position of the segment's first byte
     * @param end where a record ends in it, or begins; nothing behind is read
     * @throws IllegalArgumentException if the end is not in the segment, behind its first page's header
     */
    public SegmentSummarizer(WalLayout layout, Lsn start, Lsn end) {
        long length = end.value() - start.value();
        if (length < SegmentHeader.LENGTH || length > layout.segmentSize().bytes()) {
            throw new IllegalArgumentException(end + " is not in the segment at " + start);
        }
        this.layout = layout;
        this.start = start;
        this.end = end;
        this.findings = new Findings();
        this.scanner = new WalScanner(layout, start, findings);
    }

    /**
     * Takes all that a stream has, up to the segment's end.
     *
     * @param stream the next bytes; not closed
     * @throws IOException if it cannot be read
     * @throws MalformedWalException if the log cannot be read, or is not understood
     */
    public void accept(InputStream stream) throws IOException {
        byte[] buffer = new byte[64 << 10];
        for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
            accept(buffer, 0, read);
        }
    }

    /**
     * Takes more bytes; what lies behind the end is left out.
     *
     * @param bytes holds them
     * @param offset first of them
     * @param length how many
     * @throws MalformedWalException if the log cannot be read, or is not understood
     */
    public void accept(byte[] bytes, int offset, int length) {
        int taken = (int) Math.min(length, end.value() - start.value() - received);
        int first = firstTimeline == null ? Math.min(taken, layout.pageSize() - (int) received) : 0;
        scanner.accept(bytes, offset, first);
        received += first;
        if (firstTimeline == null && received == layout.pageSize()) {
            firstTimeline = scanner.timeline();
        }
        scanner.accept(bytes, offset + first, taken - first);
        received += taken - first;
    }

    /**
     * The summary, once all bytes were given.
     *
     * @return a value
     * @throws MalformedWalException if bytes are missing, or a record that crosses a border is too long to be kept
     */
    public SegmentSummary finish() {
        if (received < end.value() - start.value()) {
            throw MalformedWalException.cut(new Lsn(start.value() + received));
        }
        scanner.end();
        Optional<Lsn> unfinished = scanner.unfinished();
        requireShort(findings.head);
        Optional<SegmentSummary.Tail> tail = unfinished.map(begin -> {
            requireShort(findings.record);
            return new SegmentSummary.Tail(begin, findings.record.toByteArray());
        });
        Timeline last = scanner.timeline();
        Timeline first = firstTimeline;
        return new SegmentSummary(
                new SegmentSummary.Source(scanner.format(), layout, first == null ? last : first, last, start),
                new SegmentSummary.Head(findings.head.toByteArray(), headEnd()),
                scanner.firstPrevious()
                        .map(previous -> new SegmentSummary.Chain(
                                previous, scanner.lastStart().orElseThrow())),
                tail,
                findings.checkpoints,
                findings.changes);
    }

    private SegmentSummary.Head.End headEnd() {
        if (findings.overwritten) {
            return SegmentSummary.Head.End.NEVER;
        }
        return scanner.withinHead() ? SegmentSummary.Head.End.LATER : SegmentSummary.Head.End.HERE;
    }

    private void requireShort(ByteArrayOutputStream fragment) {
        if (fragment.size() > SegmentSummary.MOST_FRAGMENT_BYTES) {
            throw MalformedWalException.tooLong(start);
        }
    }
}
