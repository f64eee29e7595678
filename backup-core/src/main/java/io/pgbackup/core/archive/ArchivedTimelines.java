package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ClusterException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The timelines of an archive, their histories, and their files, each read when it is first asked for. For one thread. */
public final class ArchivedTimelines {
    private final LogSource source;
    private final TreeMap<Timeline, TimelineHistory> histories;
    private final Map<Timeline, ArchivedFiles> files;
    private final Predicate<WalFileName> hidden;
    private final Set<WalFileName> waiting;

    /**
     * Reads which timelines there are, and their histories.
     *
     * @param archive whose
     */
    public ArchivedTimelines(WalArchive archive) {
        this(new LogSource(archive, WaitingWal.none()), name -> false);
    }

    private ArchivedTimelines(LogSource source, Predicate<WalFileName> hidden) {
        // Files go from there to the archive: who looks in this order misses none.
        this.waiting = source.waiting().names();
        this.source = source;
        this.hidden = hidden;
        this.histories = new TreeMap<>();
        this.files = new HashMap<>();
        Set<Timeline> known = new TreeSet<>(source.archive().timelines());
        waiting.forEach(name -> known.add(name.timeline()));
        known.forEach(timeline -> histories.put(timeline, read(source, timeline)));
    }

    /** What was read already. */
    ArchivedTimelines(
            WalArchive archive, TreeMap<Timeline, TimelineHistory> histories, Map<Timeline, ArchivedFiles> files) {
        this.source = new LogSource(archive, WaitingWal.none());
        this.histories = histories;
        this.files = files;
        this.hidden = name -> false;
        this.waiting = Set.of();
    }

    /**
     * For those who want to recover: with what waits for the archive, and without what retention has chosen and not removed yet.
     *
     * @param source archive, and what waits for it
     * @param size of the cluster's segments
     * @return what one may plan with
     */
    public static ArchivedTimelines lasting(LogSource source, WalSegmentSize size) {
        return new ArchivedTimelines(source, new ThinnedWal(source.archive(), size).hidden());
    }

    static TimelineHistory read(LogSource source, Timeline timeline) {
        WalFileName name = WalFileName.history(timeline);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WalArchive archive = source.archive();
        try {
            return source.copyTo(name, bytes)
                    ? TimelineHistory.parse(timeline, bytes.toByteArray())
                    : TimelineHistory.of(timeline);
        } catch (ClusterException e) {
            throw archive.repository().malformed(archive.layout().file(name), e);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /**
     * The archive.
     *
     * @return whose timelines these are
     */
    public WalArchive archive() {
        return source.archive();
    }

    /**
     * Every timeline of which there is anything.
     *
     * @return ascending
     */
    public List<Timeline> all() {
        return List.copyOf(histories.keySet());
    }

    /**
     * The history of a timeline; without a file it has none.
     *
     * @param timeline any
     * @return where it came from
     */
    public TimelineHistory history(Timeline timeline) {
        return Optional.ofNullable(histories.get(timeline)).orElseGet(() -> TimelineHistory.of(timeline));
    }

    /**
     * The files of a timeline.
     *
     * @param timeline any
     * @return by name
     */
    public ArchivedFiles files(Timeline timeline) {
        return files.computeIfAbsent(
                timeline, unread -> source.archive().files(unread).without(hidden));
    }

    /**
     * Whether a file is there, or waits.
     *
     * @param name of the file
     * @return false if one cannot recover with it
     */
    public boolean holds(WalFileName name) {
        return files(name.timeline()).info(name).isPresent() || waiting.contains(name) && !hides(name);
    }

    /**
     * Whether a file is left out although it may be there.
     *
     * @param name of the file
     * @return true if retention has chosen it
     */
    public boolean hides(WalFileName name) {
        return hidden.test(name);
    }

    /**
     * Whether what was done on a timeline up to a position is part of another timeline's history.
     *
     * @param history of the other, or of the same
     * @param timeline on which it was done
     * @param position up to where
     * @return true if so
     */
    public static boolean leadsOn(TimelineHistory history, Timeline timeline, Lsn position) {
        return history.timeline().equals(timeline)
                || history.switchPointOf(timeline)
                        .filter(left -> position.compareTo(left) <= 0)
                        .isPresent();
    }

    /**
     * The newest timeline that leads on from a position.
     *
     * @param timeline of the position
     * @param position what must be part of the history
     * @return its history; that of the timeline itself if no other leads on
     */
    public TimelineHistory newest(Timeline timeline, Lsn position) {
        return histories.descendingMap().values().stream()
                .filter(history -> leadsOn(history, timeline, position))
                .findFirst()
                .orElseGet(() -> history(timeline));
    }
}
