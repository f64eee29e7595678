package io.pgbackup.core.archive;

import io.pgbackup.core.archive.ArchivedFiles.Run;
import io.pgbackup.core.archive.ThinnedWal.Mark;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which files of one identity an expire may remove. What lies before every set can be of use to nobody, and goes at once. What lies between sets that stay is
 * first marked, so that nobody plans with it any more, and goes when the mark is as old as the grace: whoever planned before has had that long. For one call.
 */
final class WalThinning {
    private final ThinnedWal marks;
    private final NeededWal needed;
    private final NeededWal whole;
    private final Duration grace;
    private List<Mark> due = List.of();

    /**
     * For one identity.
     *
     * @param marks of it
     * @param needed what stays
     * @param whole what would stay if nothing was thinned
     * @param grace since a mark was made
     */
    WalThinning(ThinnedWal marks, NeededWal needed, NeededWal whole, Duration grace) {
        this.marks = marks;
        this.needed = needed;
        this.whole = whole;
        this.grace = grace;
    }

    /** Marks what is to go. Of what is marked and wanted again the mark goes first, so that it counts as new when it is no longer wanted. */
    void mark(Collection<WalFileName> there, Supplier<Instant> clock) {
        List<Mark> known = marks.all();
        List<Mark> wrong = known.stream()
                .filter(mark -> needed.holdsSome(mark.run()) || mark.run().last() < whole.floor())
                .toList();
        marks.remove(wrong);
        List<Mark> right = known.stream().filter(mark -> !wrong.contains(mark)).toList();
        List<Run> gaps = needed.gapsSince(whole.floor()).stream()
                .filter(gap -> there.stream()
                        .filter(this::isThinned)
                        .mapToLong(name -> name.segmentNumber(needed.size()))
                        .filter(segment -> gap.first() <= segment && segment <= gap.last())
                        .anyMatch(segment -> right.stream().noneMatch(mark -> mark.covers(segment))))
                .toList();
        gaps.forEach(marks::mark);
        choose(gaps.isEmpty() ? right : marks.all(), clock);
    }

    /** An older mark that lies within one that is due says nothing more. */
    private void choose(List<Mark> sound, Supplier<Instant> clock) {
        if (sound.isEmpty()) {
            return;
        }
        Instant now = clock.get();
        due = sound.stream()
                .filter(mark -> !needed.holdsSome(mark.run()))
                .filter(mark -> grace.isZero() || !mark.since().plus(grace).isAfter(now))
                .toList();
        marks.remove(sound.stream()
                .filter(mark -> due.stream().anyMatch(other -> !other.equals(mark) && other.covers(mark)))
                .toList());
    }

    /** Whether nothing that stays needs a file. */
    boolean isUnneeded(WalFileName name) {
        return !needed.holds(name);
    }

    /** Whether nobody can be using it, too. */
    boolean isFree(WalFileName name) {
        return isUnneeded(name)
                && (!whole.holds(name)
                        || due.stream().anyMatch(mark -> mark.covers(name.segmentNumber(needed.size()))));
    }

    private boolean isThinned(WalFileName name) {
        return isUnneeded(name) && whole.holds(name);
    }
}
