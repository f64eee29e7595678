package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.block.change.SegmentSummary.Chain;
import io.pgbackup.core.block.change.SegmentSummary.Head;
import io.pgbackup.core.block.change.SegmentSummary.Source;
import io.pgbackup.core.block.change.SegmentSummary.Tail;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.RecordDecoder;
import io.pgbackup.core.postgres.wal.record.WalRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins the summaries of segments that follow each other into what a stretch of the log changed. Records across borders are put together and their checksums
 * compared; every record must follow the one before. What the first segment says before the stretch begins is taken along: that only means to read more. Not
 * safe for use by many threads.
 */
public final class ChangeWindow {
    private final ChangeSet changes = new ChangeSet();
    private final ChangeCollector collector;
    private final Set<CheckpointMark> checkpoints = new HashSet<>();
    private @Nullable Source last;
    private @Nullable Lsn lastStart;
    private @Nullable Carried carried;

    /** A record that is not whole yet. */
    private record Carried(Lsn start, RecordDecoder decoder) {}

    /**
     * Begins with nothing.
     *
     */
    public ChangeWindow() {
        this.collector = new ChangeCollector(changes);
    }

    /**
     * Adds the next segment.
     *
     * @param summary of the segment that follows the last one
     * @throws ChainBrokenException if it does not follow
     */
    public void add(SegmentSummary summary) {
        Source source = summary.source();
        requireFollows(source);
        try {
            head(summary.head(), source);
            summary.chain().ifPresent(chain -> chain(chain, source));
            changes.addLater(summary.changes());
            checkpoints.addAll(summary.checkpoints());
            carried = summary.tail().map(tail -> begin(tail, source)).orElse(carried);
        } catch (MalformedWalException e) {
            throw new ChainBrokenException(
                    "the record before " + source.start() + " does not go on in the next segment: " + e.getMessage());
        }
        last = source;
    }

    private void requireFollows(Source source) {
        Source before = last;
        if (before == null) {
            return;
        }
        if (!source.layout().equals(before.layout()) || source.format() != before.format()) {
            throw new ChainBrokenException("the segment at " + source.start() + " is of another log than that before");
        }
        if (!source.start().equals(before.end())) {
            throw new ChainBrokenException("segments from " + before.end() + " to " + source.start() + " are missing");
        }
        if (source.firstTimeline().compareTo(before.timeline()) < 0) {
            throw new ChainBrokenException("the segment at " + source.start() + " begins on timeline "
                    + source.firstTimeline() + ", that before ends on timeline " + before.timeline());
        }
    }

    private void head(Head head, Source source) {
        Carried record = carried;
        if (record == null) {
            if (last != null && (head.bytes().length > 0 || head.end() != Head.End.HERE)) {
                throw new ChainBrokenException(
                        "the segment at " + source.start() + " goes on with a record that the one before has not");
            }
            return;
        }
        carried = null;
        if (head.end() == Head.End.NEVER) {
            return;
        }
        if (head.bytes().length > record.decoder().remaining()) {
            throw new ChainBrokenException("the record at " + record.start() + " does not go on at " + source.start());
        }
        record.decoder().accept(head.bytes(), 0, head.bytes().length);
        boolean whole = record.decoder().remaining() == 0;
        if (whole != (head.end() == Head.End.HERE)) {
            throw new ChainBrokenException("the record at " + record.start() + " does not go on at " + source.start());
        }
        if (whole) {
            WalRecord found = record.decoder().finish(source.start());
            requirePrevious(found.head().previous(), source);
            lastStart = found.start();
            collector.add(found);
            CheckpointMark.of(found).ifPresent(checkpoints::add);
        } else {
            carried = record;
        }
    }

    private void chain(Chain chain, Source source) {
        requirePrevious(chain.previous(), source);
        lastStart = chain.last();
    }

    private void requirePrevious(Lsn previous, Source source) {
        Lsn known = lastStart;
        if (known != null && !known.equals(previous)) {
            throw new ChainBrokenException("the segment at " + source.start() + " follows a record at " + previous
                    + ", but the last one before is at " + known);
        }
    }

    private static Carried begin(Tail tail, Source source) {
        int length =
                ByteBuffer.wrap(tail.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt();
        RecordDecoder decoder = new RecordDecoder(source.format());
        decoder.begin(tail.start(), Integer.toUnsignedLong(length));
        if (tail.bytes().length >= decoder.remaining()) {
            throw new ChainBrokenException("the record at " + tail.start() + " is whole and is not");
        }
        decoder.accept(tail.bytes(), 0, tail.bytes().length);
        return new Carried(tail.start(), decoder);
    }

    /**
     * What was changed.
     *
     * @return grows with every segment that is added
     */
    public ChangeSet changes() {
        return changes;
    }

    /**
     * Whether a checkpoint's record is part of this log.
     *
     * @param checkpoint which
     * @return true if it stands where it should, and is that very one
     */
    public boolean holds(CheckpointMark checkpoint) {
        return checkpoints.contains(checkpoint);
    }
}
