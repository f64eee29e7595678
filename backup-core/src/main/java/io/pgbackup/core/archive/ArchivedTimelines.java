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
import java.util.TreeMap;
import java.util.function.Predicate;

/** The timelines of an archive, their histories, and their files, each read when it is first asked for. For one thread. */
public final class ArchivedTimelines {
    private final WalArchive archive;
    private final TreeMap<Timeline, TimelineHistory> histories;
    private final Map<Timeline, ArchivedFiles> files;
    private final Predicate<WalFileName> hidden;

    /**
     * Reads which timelines there are, and their histories.
     *
     * @param archive whose
     */
    public ArchivedTimelines(WalArchive archive) {
        this(archive, new TreeMap<>(), new HashMap<>(), name -> false);
        readHistories();
    }

    private ArchivedTimelines(WalArchive archive, Predicate<WalFileName> hidden) {
        this(archive, new TreeMap<>(), new HashMap<>(), hidden);
        readHistories();
    }

    private void readHistories() {
        for (Timeline timeline : archive.timelines()) {
            histories.put(timeline, read(archive, timeline));
        }
    }

    /**
     * For those who want to recover: without what retention has chosen and not removed yet.
     *
     * @param archive whose
     * @param size of the cluster's segments
     * @return what one may plan with
     */
    public static ArchivedTimelines lasting(WalArchive archive, WalSegmentSize size) {
        return new ArchivedTimelines(archive, new ThinnedWal(archive, size).hidden());
    }

    /** What was read already. */
    ArchivedTimelines(
            WalArchive archive, TreeMap<Timeline, TimelineHistory> histories, Map<Timeline, ArchivedFiles> files) {
        this(archive, histories, files, name -> false);
    }

    private ArchivedTimelines(
            WalArchive archive,
            TreeMap<Timeline, TimelineHistory> histories,
            Map<Timeline, ArchivedFiles> files,
            Predicate<WalFileName> hidden) {
        this.hidden = hidden;
        this.archive = archive;
        this.histories = histories;
        this.files = files;
    }

    static TimelineHistory read(WalArchive archive, Timeline timeline) {
        WalFileName name = WalFileName.history(timeline);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            return archive.copyTo(name, bytes)
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
        return archive;
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
        return files.computeIfAbsent(timeline, unread -> archive.files(unread).without(hidden));
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
