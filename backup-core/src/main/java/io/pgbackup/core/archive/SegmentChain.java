package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Archived segments that follow each other without a gap along a history, chosen as the server does ({@code XLogFileReadAnyTLI} in {@code xlogrecovery.c}): of a
 * segment in which a timeline was left, the newer timeline's copy counts, which repeats what the older one had written of it. Immutable.
 *
 * @param history along which
 * @param segments in order; empty if not even the first is there
 * @param missing the first that is not there: where replay ends at the latest
 */
public record SegmentChain(TimelineHistory history, List<WalFileName> segments, WalFileName missing) {
    /** Copies the list. */
    public SegmentChain {
        segments = List.copyOf(segments);
    }

    /**
     * Follows a history from a position on.
     *
     * @param timelines of the archive
     * @param history along which
     * @param from position in the first segment wanted
     * @param size of the cluster's segments
     * @return as far as it leads
     */
    public static SegmentChain follow(
            ArchivedTimelines timelines, TimelineHistory history, Lsn from, WalSegmentSize size) {
        List<WalFileName> segments = new ArrayList<>();
        for (long segment = size.segmentOf(from); ; segment++) {
            WalFileName newest = WalFileName.segment(owner(history, segment, size), segment, size);
            if (timelines.holds(newest)) {
                segments.add(newest);
                continue;
            }
            // The newer timeline has not archived its first segment: replay still comes to where the older one was
            // left.
            WalFileName older = WalFileName.segment(ownerOfBegin(history, segment, size), segment, size);
            boolean reachesOn = !older.equals(newest) && timelines.holds(older);
            if (reachesOn) {
                segments.add(older);
            }
            return new SegmentChain(
                    history,
                    segments,
                    reachesOn ? WalFileName.segment(owner(history, segment + 1, size), segment + 1, size) : newest);
        }
    }

    /** The timeline that has the last byte of a segment. */
    private static Timeline owner(TimelineHistory history, long segment, WalSegmentSize size) {
        Lsn last = new Lsn(size.startOf(segment + 1).value() - 1);
        return history.ownerOf(last).orElse(history.timeline());
    }

    private static Timeline ownerOfBegin(TimelineHistory history, long segment, WalSegmentSize size) {
        return history.ownerOf(size.startOf(segment)).orElse(history.timeline());
    }

    /**
     * Where replay ends at the latest.
     *
     * @param size of the cluster's segments
     * @return the first position of the segment that is missing
     */
    public Lsn end(WalSegmentSize size) {
        return missing.start(size);
    }

    /**
     * Its begin.
     *
     * @param end the segment of this position is the last
     * @param size of the cluster's segments
     * @return the segments up to there
     */
    public SegmentChain until(Lsn end, WalSegmentSize size) {
        List<WalFileName> begin = segments.stream()
                .filter(name -> name.segmentNumber(size) <= size.segmentOf(end))
                .toList();
        return new SegmentChain(history, begin, missing);
    }

    /**
     * The histories that recovery looks at on the way.
     *
     * @return names of files, one for each timeline that has a parent
     */
    public List<WalFileName> histories() {
        List<WalFileName> names = new ArrayList<>();
        for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
            if (!ancestor.equals(history.ancestors().get(0))) {
                names.add(WalFileName.history(ancestor.timeline()));
            }
        }
        if (!history.ancestors().isEmpty()) {
            names.add(WalFileName.history(history.timeline()));
        }
        return names;
    }
}
