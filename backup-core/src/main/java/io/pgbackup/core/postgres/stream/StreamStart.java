package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.TimelineHistory.Link;
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
        List<Link> links = history.links();
        for (int at = links.size() - 1; at >= 0; at--) {
            Link link = links.get(at);
            Optional<WalFileName> segment = newest.apply(link.timeline());
            if (segment.isPresent()) {
                Lsn next = size.startOf(segment.get().segmentNumber(size) + 1);
                Lsn end = link.end();
                return Optional.of(
                        end == null || next.compareTo(end) < 0
                                ? new StreamStart(link.timeline(), next)
                                : segmentOf(links.get(at + 1).timeline(), end, size));
            }
        }
        return Optional.empty();
    }

    /** This, or the segment from which on a slot keeps the log if that comes earlier: receiving it again is harmless, a gap is not. */
    StreamStart notAfter(Lsn kept, TimelineHistory history, WalSegmentSize size) {
        Lsn begin = size.startOf(size.segmentOf(kept));
        return begin.compareTo(position) < 0 ? new StreamStart(history.at(kept).timeline(), begin) : this;
    }
}
