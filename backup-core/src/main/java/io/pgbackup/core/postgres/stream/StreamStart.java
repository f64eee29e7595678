package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.TimelineHistory.Ancestor;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where to begin to receive.
 *
 * @param timeline on which
 * @param position first byte of a segment
 */
record StreamStart(Timeline timeline, Lsn position) {
    /** At the begin of the segment that holds a position. */
    static StreamStart segmentOf(Timeline timeline, Lsn position, WalSegmentSize size) {
        return new StreamStart(timeline, size.startOf(size.segmentOf(position)));
    }

    /**
     * Behind what a destination has. The newest timeline on which it has something counts, if the server descends from it; should it have more of that
     * timeline than the server has, because the server left it earlier, the next timeline begins with the segment in which it left.
     *
     * @param history of the server's timeline
     * @param newest the destination's newest segment of a timeline
     * @param size of segments
     * @return empty if the destination has nothing of this history
     */
    static Optional<StreamStart> behind(
            TimelineHistory history, Function<Timeline, Optional<WalFileName>> newest, WalSegmentSize size) {
        Optional<StreamStart> found = startOn(history.timeline(), newest, size);
        List<Ancestor> ancestors = history.ancestors();
        for (int at = ancestors.size() - 1; found.isEmpty() && at >= 0; at--) {
            Lsn end = ancestors.get(at).end();
            Timeline successor =
                    at + 1 < ancestors.size() ? ancestors.get(at + 1).timeline() : history.timeline();
            found = startOn(ancestors.get(at).timeline(), newest, size)
                    .map(start -> start.position().compareTo(end) < 0 ? start : segmentOf(successor, end, size));
        }
        return found;
    }

    private static Optional<StreamStart> startOn(
            Timeline timeline, Function<Timeline, Optional<WalFileName>> newest, WalSegmentSize size) {
        return newest.apply(timeline)
                .map(segment -> new StreamStart(timeline, size.startOf(segment.segmentNumber(size) + 1)));
    }

    /** This, or the segment from which on a slot keeps the log if that comes earlier: receiving it again is harmless, a gap is not. */
    StreamStart notAfter(Lsn kept, TimelineHistory history, WalSegmentSize size) {
        Lsn begin = size.startOf(size.segmentOf(kept));
        return begin.compareTo(position) < 0
                ? new StreamStart(history.ownerOf(kept).orElseThrow(), begin)
                : this;
    }
}
