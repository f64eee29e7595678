package io.pgbackup.core.archive;

import io.pgbackup.core.archive.ArchivedFiles.Run;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.wal.WalGap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Segments that are missing although something before and after them is there: on the same timeline, or where one timeline was left for another. And those that were
 * given up, also if nothing follows.
 *
 * @param timelines of an archive
 * @param size of the cluster's segments
 */
public record ArchiveGaps(ArchivedTimelines timelines, WalSegmentSize size) {
    /**
     * What is missing, for people.
     *
     * @param gap what
     * @return a sentence without its end
     */
    public static String describe(WalGap gap) {
        String which = gap.segments() + (gap.segments() == 1 ? " segment" : " segments") + " of timeline "
                + gap.timeline() + ", " + gap.firstMissing() + " to " + gap.lastMissing();
        return gap.dropped()
                .map(when -> which + ", given up on purpose since " + when
                        + " because no repository answered and pg_wal was full")
                .orElse(which + ", missing though what follows is there");
    }

    /**
     * Looks for them.
     *
     * @return in order
     */
    public List<WalGap> find() {
        return find(new DroppedWal(timelines.archive()).all());
    }

    /**
     * Looks for them.
     *
     * @param dropped what was given up
     * @return in order; each either wholly given up or not at all
     */
    List<WalGap> find(List<DroppedWal.Range> dropped) {
        TreeMap<Timeline, List<Run>> missing = new TreeMap<>();
        for (Timeline timeline : timelines.all()) {
            List<Run> runs = runs(timeline);
            if (!runs.isEmpty()) {
                Run whole =
                        new Run(runs.get(0).first(), runs.get(runs.size() - 1).last());
                add(missing, timeline, whole);
                along(timelines.history(timeline), whole.last(), missing);
            }
        }
        dropped.forEach(range -> add(missing, range.timeline(), range.run(size)));
        List<WalGap> gaps = new ArrayList<>();
        missing.forEach((timeline, runs) -> joined(runs).forEach(run -> cut(timeline, run, dropped, gaps)));
        return gaps;
    }

    private List<Run> runs(Timeline timeline) {
        return timelines.files(timeline).runs(size);
    }

    /** Whose segments recovery takes on its way to a timeline: each timeline's up to the one in which it was left, which the newer one has. */
    private void along(TimelineHistory history, long last, TreeMap<Timeline, List<Run>> missing) {
        TreeMap<Timeline, Run> stretches = new TreeMap<>();
        long begin = 0;
        for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
            long left = size.segmentOf(ancestor.end());
            stretches.put(ancestor.timeline(), new Run(begin, left - 1));
            begin = left;
        }
        stretches.put(history.timeline(), new Run(begin, last));
        long oldest = stretches.entrySet().stream()
                .flatMap(entry -> runs(entry.getKey()).stream().map(run -> common(run, entry.getValue())))
                .filter(run -> run.first() <= run.last())
                .mapToLong(Run::first)
                .min()
                .orElse(Long.MAX_VALUE);
        stretches.forEach((timeline, stretch) ->
                add(missing, timeline, common(stretch, new Run(oldest, Long.MAX_VALUE))));
    }

    private static Run common(Run one, Run other) {
        return new Run(Math.max(one.first(), other.first()), Math.min(one.last(), other.last()));
    }

    /** What of a stretch is not there. */
    private void add(TreeMap<Timeline, List<Run>> missing, Timeline timeline, Run stretch) {
        List<Run> found = missing.computeIfAbsent(timeline, key -> new ArrayList<>());
        long next = stretch.first();
        List<Run> there = new ArrayList<>(runs(timeline));
        there.add(new Run(stretch.last() + 1, stretch.last() + 1));
        for (Run run : there) {
            long until = Math.min(run.first() - 1, stretch.last());
            if (next <= until) {
                found.add(new Run(next, until));
            }
            next = Math.max(next, run.last() + 1);
        }
    }

    private static List<Run> joined(List<Run> runs) {
        List<Run> joined = new ArrayList<>();
        for (Run run :
                runs.stream().sorted(Comparator.comparingLong(Run::first)).toList()) {
            Run before = joined.isEmpty() ? new Run(-2, -2) : joined.get(joined.size() - 1);
            if (run.first() <= before.last() + 1) {
                joined.set(joined.size() - 1, new Run(before.first(), Math.max(before.last(), run.last())));
            } else {
                joined.add(run);
            }
        }
        return joined;
    }

    /** At the borders of what was given up. */
    private void cut(Timeline timeline, Run run, List<DroppedWal.Range> dropped, List<WalGap> gaps) {
        long next = run.first();
        List<DroppedWal.Range> inside = dropped.stream()
                .filter(range -> range.timeline().equals(timeline))
                .sorted(Comparator.comparingLong(range -> range.run(size).first()))
                .toList();
        for (DroppedWal.Range range : inside) {
            Run given = common(new Run(next, run.last()), range.run(size));
            if (given.first() <= given.last()) {
                if (next < given.first()) {
                    gaps.add(gap(timeline, new Run(next, given.first() - 1), Optional.empty()));
                }
                gaps.add(gap(timeline, given, Optional.of(range.since())));
                next = given.last() + 1;
            }
        }
        if (next <= run.last()) {
            gaps.add(gap(timeline, new Run(next, run.last()), Optional.empty()));
        }
    }

    private WalGap gap(Timeline timeline, Run run, Optional<Instant> dropped) {
        return new WalGap(
                timelines.archive().repository().name(),
                timeline.value(),
                WalFileName.segment(timeline, run.first(), size).toString(),
                WalFileName.segment(timeline, run.last(), size).toString(),
                run.last() - run.first() + 1,
                dropped);
    }
}
