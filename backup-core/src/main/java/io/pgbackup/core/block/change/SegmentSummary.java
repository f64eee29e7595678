package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import java.util.List;
import java.util.Optional;

/**
 * What one segment of the log says by itself: the changes of all records that begin and end in it, and the pieces of those that reach over its borders. Only
 * together with its neighbours, and without a gap, it says what was changed.
 *
 * @param source which segment it is of
 * @param head what goes on from the segment before
 * @param chain how its records hang on those before; empty if none begins and ends in it
 * @param tail the record that begins in it and goes on in the next; empty if there is none
 * @param checkpoints whose records begin and end in it, in order
 * @param changes of the records that begin and end in it; not to be changed
 */
public record SegmentSummary(
        Source source,
        Head head,
        Optional<Chain> chain,
        Optional<Tail> tail,
        List<CheckpointMark> checkpoints,
        ChangeSet changes) {
    /** The most bytes of a head or tail that are kept: what crosses borders with more has no summary. */
    public static final int MOST_FRAGMENT_BYTES = 4 << 20;

    /** Copies the list. */
    public SegmentSummary {
        checkpoints = List.copyOf(checkpoints);
    }

    /**
     * A segment.
     *
     * @param format which version wrote it
     * @param layout of the log
     * @param firstTimeline of its first page
     * @param timeline of the last page that is used; that of its name may be later
     * @param start position of its first byte
     */
    public record Source(WalFormat format, WalLayout layout, Timeline firstTimeline, Timeline timeline, Lsn start) {
        /**
         * The position behind the segment.
         *
         * @return the start of the next one
         */
        public Lsn end() {
            return new Lsn(start.value() + layout.segmentSize().bytes());
        }
    }

    /**
     * What goes on from the segment before, without page headers.
     *
     * @param bytes not to be changed
     * @param end whether the record ends here, goes on in the next segment, or was never finished
     */
    public record Head(byte[] bytes, End end) {
        /** What becomes of a record that began before. */
        public enum End {
            /** It ends here; also if there is none. */
            HERE,
            /** All of the segment belongs to it, and it goes on in the next. */
            LATER,
            /** It was never finished: another record stands in its place. */
            NEVER
        }
    }

    /**
     * How the records that begin and end in the segment hang on those before.
     *
     * @param previous where the record before the first of them begins
     * @param last where the last of them begins
     */
    public record Chain(Lsn previous, Lsn last) {}

    /**
     * The first bytes of a record that goes on in the next segment, without page headers.
     *
     * @param start where it begins
     * @param bytes at least four; not to be changed
     */
    public record Tail(Lsn start, byte[] bytes) {}
}
