package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The timelines of an archive, their histories, and their files, each read when it is first asked for. For one thread. */
public final class ArchivedTimelines {
    private final WalArchive archive;
    private final TreeMap<Timeline, TimelineHistory> histories;
    private final Map<Timeline, ArchivedFiles> files;

    /**
     * Reads which timelines there are, and their histories.
     *
     * @param archive whose
     */
    public ArchivedTimelines(WalArchive archive) {
        this(archive, new TreeMap<>(), new HashMap<>());
        for (Timeline timeline : archive.timelines()) {
            histories.put(timeline, read(archive, timeline));
        }
    }

    /** What was read already. */
    ArchivedTimelines(
            WalArchive archive, TreeMap<Timeline, TimelineHistory> histories, Map<Timeline, ArchivedFiles> files) {
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
        return files.computeIfAbsent(timeline, archive::files);
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
