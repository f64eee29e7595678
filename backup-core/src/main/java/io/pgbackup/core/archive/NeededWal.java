package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which WAL the sets of one identity need: a pure function. By position alone: what lies on a timeline that no set needs stays until its positions are passed.
 *
 * @param floor number of the first segment of those that are all kept; greater than every number if there is none
 * @param ranges what brings each set to its own end
 * @param size of the cluster's segments
 */
record NeededWal(long floor, List<ArchivedFiles.Run> ranges, WalSegmentSize size) {
    /**
     * A set.
     *
     * @param full whether it is a full one
     * @param start where replay begins
     * @param stop where it is consistent
     */
    record SetRange(boolean full, Lsn start, Lsn stop) {}

    /** Copies the list. */
    NeededWal {
        ranges = List.copyOf(ranges);
    }

    /**
     * What is needed.
     *
     * @param sets in the order in which they were taken
     * @param begun starts of sets that are not settled
     * @param walOf since how many full sets everything is kept; empty for all of them
     * @param size of the cluster's segments
     */
    static NeededWal of(List<SetRange> sets, List<Lsn> begun, OptionalInt walOf, WalSegmentSize size) {
        List<SetRange> fulls = sets.stream().filter(SetRange::full).toList();
        boolean thinned = walOf.isPresent() && fulls.size() > walOf.getAsInt();
        List<SetRange> continued = thinned ? fulls.subList(fulls.size() - walOf.getAsInt(), fulls.size()) : sets;
        long chosen = continued.stream()
                .mapToLong(set -> size.segmentOf(set.start()))
                .min()
                .orElse(Long.MAX_VALUE);
        long running = begun.stream().mapToLong(size::segmentOf).min().orElse(Long.MAX_VALUE);
        List<ArchivedFiles.Run> ranges = sets.stream()
                .map(set -> new ArchivedFiles.Run(size.segmentOf(set.start()), size.segmentBefore(set.stop())))
                .toList();
        return new NeededWal(Math.min(chosen, running), ranges, size);
    }

    /** Whether any of some segments is needed. */
    boolean holdsSome(ArchivedFiles.Run run) {
        return floor <= run.last()
                || ranges.stream().anyMatch(range -> range.first() <= run.last() && run.first() <= range.last());
    }

    /** What is not needed between a segment and those that are all kept. */
    List<ArchivedFiles.Run> gapsSince(long oldest) {
        List<ArchivedFiles.Run> gaps = new ArrayList<>();
        long next = oldest;
        for (ArchivedFiles.Run range : ranges.stream()
                .sorted(Comparator.comparingLong(ArchivedFiles.Run::first))
                .toList()) {
            addGap(gaps, next, range.first() - 1);
            next = Math.max(next, range.last() + 1);
        }
        addGap(gaps, next, floor - 1);
        return gaps;
    }

    private void addGap(List<ArchivedFiles.Run> gaps, long first, long last) {
        long until = Math.min(last, floor - 1);
        if (first <= until) {
            gaps.add(new ArchivedFiles.Run(first, until));
        }
    }

    /** Histories are small, and some of them are needed for as long as there is a set. */
    boolean holds(WalFileName name) {
        if (name.kind() == WalFileName.Kind.TIMELINE_HISTORY) {
            return !ranges.isEmpty();
        }
        long segment = name.segmentNumber(size);
        return segment >= floor
                || ranges.stream().anyMatch(range -> range.first() <= segment && segment <= range.last());
    }
}
