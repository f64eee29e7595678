package io.pgbackup.core.engine;

import io.pgbackup.Lsn;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.core.engine.CommitOrder.Commit;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RecoveryTimeline;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * A point of a known history and what must be there when recovery has come to it.
 *
 * @param kind how the point is named
 * @param where the point
 * @param side on which timeline
 * @param commits how many transactions of that timeline's history belong there
 */
record RandomTarget(String kind, RecoveryTarget where, Side side, int commits) {
    /** No commit record of the load is so long. */
    private static final long LONGEST_COMMIT = 400;

    /**
     * All that led to the end of a timeline.
     *
     * @param timeline its number
     * @param line every transaction of the ledger, also those of the timeline before, in the order of the log
     * @param restorePoints names and the positions behind their records
     */
    record Side(int timeline, List<Commit> line, Map<String, Lsn> restorePoints) {
        /** What a server has that was turned back to a point of this one and went on by itself. */
        Side continued(RandomTarget fork, List<Commit> commits, Map<String, Lsn> points) {
            List<Commit> all = new ArrayList<>(line.subList(0, fork.commits()));
            Lsn end = all.get(all.size() - 1).end();
            Map<String, Lsn> known = new HashMap<>(restorePoints);
            known.values().removeIf(position -> position.compareTo(end) > 0);
            known.putAll(points);
            all.addAll(commits);
            return new Side(timeline + 1, all, known);
        }

        /** The first transaction after a backup, and some. */
        private int after(BackupInfo backup) {
            int first = 0;
            while (line.get(first).end().compareTo(backup.wal().stop()) <= 0
                    || line.get(first).time().isBefore(backup.stopped())) {
                first++;
            }
            return first + 4;
        }

        private int committedBefore(Lsn position) {
            return (int) line.stream()
                    .filter(commit -> commit.end().compareTo(position) <= 0)
                    .count();
        }

        /** Recovery to a time ends at the first commit that is later, whatever comes behind it. */
        private int committedUpTo(Instant time, boolean inclusive) {
            int count = 0;
            while (line.get(count).time().isBefore(time)
                    || inclusive && line.get(count).time().equals(time)) {
                count++;
            }
            return count;
        }
    }

    /** A point somewhere behind the first backup; on timeline 1 also behind the promotion, which other points have not seen. */
    static RandomTarget choose(List<Side> sides, BackupInfo first, Random random) {
        Side side = sides.get(random.nextInt(sides.size()));
        int from = side.after(first);
        int last = from + random.nextInt(side.line().size() - 2 - from);
        return switch (random.nextInt(7)) {
            case 0 -> time(side, last, true, random);
            case 1 -> time(side, last, false, random);
            case 2 -> before(side, last, random);
            case 3 -> including(side, last);
            case 4 -> transaction(side, last);
            case 5 -> withoutTransaction(side, last);
            default -> restorePoint(side, last, random);
        };
    }

    private static RandomTarget time(Side side, int last, boolean inclusive, Random random) {
        Instant commit = side.line().get(last).time();
        long gap = Duration.between(commit, side.line().get(last + 1).time()).toNanos() / 1000;
        Instant time =
                random.nextBoolean() || gap <= 0 ? commit : commit.plus(random.nextLong(gap) + 1, ChronoUnit.MICROS);
        RecoveryTarget.Time target = RecoveryTarget.time(time);
        return new RandomTarget(
                inclusive ? "time" : "before time",
                inclusive ? target : target.exclusive(),
                side,
                side.committedUpTo(time, inclusive));
    }

    /** Any position between two commits, not only where a record begins. */
    private static RandomTarget before(Side side, int last, Random random) {
        Lsn end = side.line().get(last).end();
        long room = side.line().get(last + 1).end().value() - end.value() - LONGEST_COMMIT;
        Lsn position = new Lsn(end.value() + (room > 0 ? random.nextLong(room) : 0));
        return new RandomTarget("before position", RecoveryTarget.lsn(position).exclusive(), side, last + 1);
    }

    /** Behind a commit, where a record begins that is no commit. */
    private static RandomTarget including(Side side, int from) {
        int last = from;
        while (side.line().get(last + 1).end().value()
                        - side.line().get(last).end().value()
                <= LONGEST_COMMIT) {
            last--;
        }
        return new RandomTarget(
                "position", RecoveryTarget.lsn(side.line().get(last).end()), side, last + 1);
    }

    private static RandomTarget transaction(Side side, int last) {
        long number = side.line().get(last).transaction();
        return new RandomTarget("transaction", RecoveryTarget.transaction(number), side, last + 1);
    }

    private static RandomTarget withoutTransaction(Side side, int last) {
        long number = side.line().get(last).transaction();
        RecoveryTarget target = RecoveryTarget.transaction(number).exclusive();
        return new RandomTarget("before transaction", target, side, last);
    }

    private static RandomTarget restorePoint(Side side, int last, Random random) {
        Lsn lowest = side.line().get(last).end();
        List<String> names = side.restorePoints().entrySet().stream()
                .filter(point -> point.getValue().compareTo(lowest) > 0)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (names.isEmpty()) {
            return transaction(side, last);
        }
        String name = names.get(random.nextInt(names.size()));
        int commits =
                side.committedBefore(Objects.requireNonNull(side.restorePoints().get(name)));
        return new RandomTarget("restore point", RecoveryTarget.restorePoint(name), side, commits);
    }

    /** Where a server is turned back to and promoted. */
    static RandomTarget fork(Side side, BackupInfo first, Random random) {
        int from = side.after(first);
        return transaction(side, from + random.nextInt(side.line().size() - 2 - from));
    }

    RecoveryTimeline timeline() {
        return side.timeline() == 1 ? RecoveryTimeline.number(1) : RecoveryTimeline.latest();
    }

    /** The last number of each writer. */
    Map<Integer, Long> expected() {
        Map<Integer, Long> state = new TreeMap<>();
        side.line().subList(0, commits).forEach(commit -> state.put(commit.writer(), commit.k()));
        return state;
    }

    @Override
    public String toString() {
        return kind + " on timeline " + side.timeline();
    }
}
