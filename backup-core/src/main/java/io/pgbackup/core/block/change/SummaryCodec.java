package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.block.change.SegmentSummary.Chain;
import io.pgbackup.core.block.change.SegmentSummary.Head;
import io.pgbackup.core.block.change.SegmentSummary.Source;
import io.pgbackup.core.block.change.SegmentSummary.Tail;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The written form of a summary, streamed both ways: see FORMAT.md. */
public final class SummaryCodec {
    private static final int VERSION = 1;
    private static final int HAS_CHAIN = 1;
    private static final int HAS_TAIL = 2;
    private static final int MISSES_CHANGES = 4;
    private static final int KNOWN = 7;
    private static final Head.End[] ENDS = Head.End.values();

    private SummaryCodec() {}

    /**
     * Writes a summary.
     *
     * @param summary what to write
     * @param stream receives it; not closed
     * @throws IOException if the stream does not take it
     */
    public static void write(SegmentSummary summary, OutputStream stream) throws IOException {
        NumberOutput out = new NumberOutput(stream);
        out.octet(VERSION);
        Source source = summary.source();
        out.octet(source.format().major());
        out.fixed(source.layout().systemIdentifier());
        out.number(source.layout().segmentSize().bytes());
        out.number(source.layout().pageSize());
        out.number(source.firstTimeline().value());
        out.number(source.timeline().value());
        out.fixed(source.start().value());
        out.octet((summary.chain().isPresent() ? HAS_CHAIN : 0)
                | (summary.tail().isPresent() ? HAS_TAIL : 0)
                | (summary.changes().complete() ? 0 : MISSES_CHANGES));
        out.octet(summary.head().end().ordinal());
        out.counted(summary.head().bytes());
        if (summary.chain().isPresent()) {
            out.fixed(summary.chain().get().previous().value());
            out.fixed(summary.chain().get().last().value());
        }
        if (summary.tail().isPresent()) {
            out.fixed(summary.tail().get().start().value());
            out.counted(summary.tail().get().bytes());
        }
        out.number(summary.checkpoints().size());
        for (CheckpointMark checkpoint : summary.checkpoints()) {
            out.number(checkpoint.position().value() - source.start().value());
            out.number(Integer.toUnsignedLong(checkpoint.checksum()));
        }
        ChangeSetCodec.write(summary.changes(), out);
        out.flush();
    }

    /**
     * Reads a summary. What it takes of memory grows with what was read, never with what is announced.
     *
     * @param stream all of it; not closed
     * @return the summary
     * @throws IOException if the stream cannot be read
     * @throws MalformedContentException if it is none, or of a form that is not known
     */
    public static SegmentSummary read(InputStream stream) throws IOException {
        NumberInput in = new NumberInput(stream);
        int version = in.octet();
        if (version != VERSION) {
            throw new MalformedContentException("a summary of form " + version + " is not known");
        }
        Source source = source(in);
        int parts = in.octet();
        Head.End end = ENDS[in.octet(ENDS.length, "the end of a head")];
        Head head = new Head(in.counted(SegmentSummary.MOST_FRAGMENT_BYTES), end);
        Optional<Chain> chain = (parts & HAS_CHAIN) == 0 ? Optional.empty() : Optional.of(chain(in, source));
        Optional<Tail> tail = (parts & HAS_TAIL) == 0 ? Optional.empty() : Optional.of(tail(in, source));
        if ((parts & ~KNOWN) != 0 || end == Head.End.LATER && (chain.isPresent() || tail.isPresent())) {
            throw new MalformedContentException("the parts of a summary contradict each other");
        }
        List<CheckpointMark> checkpoints = checkpoints(in, source);
        ChangeSet changes = ChangeSetCodec.read(in);
        if ((parts & MISSES_CHANGES) != 0) {
            changes.missChanges();
        }
        in.requireEnd();
        return new SegmentSummary(source, head, chain, tail, checkpoints, changes);
    }

    private static Source source(NumberInput in) throws IOException {
        int major = in.octet();
        WalFormat format = WalFormat.ofMajor(major)
                .orElseThrow(() -> new MalformedContentException("the log of version " + major + " is not known"));
        try {
            long systemIdentifier = in.fixed();
            WalSegmentSize size = new WalSegmentSize(in.number(Integer.MAX_VALUE, "the size of a segment"));
            WalLayout layout =
                    new WalLayout(systemIdentifier, size, in.number(Integer.MAX_VALUE, "the size of a page"));
            Timeline first = new Timeline(in.number());
            Timeline last = new Timeline(in.number());
            Lsn start = new Lsn(in.fixed());
            if (start.value() % size.bytes() != 0 || first.compareTo(last) > 0) {
                throw new MalformedContentException("no segment is like that");
            }
            return new Source(format, layout, first, last, start);
        } catch (IllegalArgumentException e) {
            throw new MalformedContentException(e.getMessage());
        }
    }

    private static Chain chain(NumberInput in, Source source) throws IOException {
        Chain chain = new Chain(new Lsn(in.fixed()), new Lsn(in.fixed()));
        if (!isWithin(chain.last(), source) || chain.previous().compareTo(chain.last()) >= 0) {
            throw new MalformedContentException("records are out of order");
        }
        return chain;
    }

    private static Tail tail(NumberInput in, Source source) throws IOException {
        Tail tail = new Tail(new Lsn(in.fixed()), in.counted(SegmentSummary.MOST_FRAGMENT_BYTES));
        if (!isWithin(tail.start(), source) || tail.bytes().length < Integer.BYTES) {
            throw new MalformedContentException("a record cannot begin there");
        }
        return tail;
    }

    private static List<CheckpointMark> checkpoints(NumberInput in, Source source) throws IOException {
        List<CheckpointMark> checkpoints = new ArrayList<>();
        long count = in.number();
        for (long index = 0; index < count; index++) {
            long within = in.number(source.layout().segmentSize().bytes() - 1, "a checkpoint");
            int checksum = (int) in.number(0xFFFF_FFFFL, "a checksum");
            checkpoints.add(new CheckpointMark(new Lsn(source.start().value() + within), checksum));
        }
        return checkpoints;
    }

    private static boolean isWithin(Lsn position, Source source) {
        return position.compareTo(source.start()) >= 0 && position.compareTo(source.end()) < 0;
    }
}
