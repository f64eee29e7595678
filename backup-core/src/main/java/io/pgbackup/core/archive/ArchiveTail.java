package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The newest files of an archive, looked at again and again. After the first look only that is listed which grows: the newest two timelines, and of each the
 * newest two levels; so a look costs some requests, however much is archived. What vanishes elsewhere is seen after {@link #forget}. For one thread.
 */
public final class ArchiveTail {
    private static final int GROWING = 2;
    private static final int TIMELINE_DIGITS = 8;

    private final NavigableMap<Timeline, NavigableMap<String, Map<String, ObjectInfo>>> seen = new TreeMap<>();
    private final TreeMap<Timeline, TimelineHistory> histories = new TreeMap<>();

    /** Nothing seen yet. */
    public ArchiveTail() {}

    /** Lists everything again at the next look. */
    public void forget() {
        seen.clear();
        histories.clear();
    }

    /**
     * Looks.
     *
     * @param archive the same at each look, or another opening of it
     * @param floor position digits of a WAL file name: older 4 GiB of log are passed over; empty for all
     * @return the files that are there now; of older logs, those that were there when they were listed
     */
    public ArchivedTimelines look(WalArchive archive, String floor) {
        List<Timeline> timelines = archive.timelines();
        List<Timeline> growing = timelines.subList(Math.max(0, timelines.size() - GROWING), timelines.size());
        Map<Timeline, ArchivedFiles> files = new HashMap<>();
        for (Timeline timeline : timelines) {
            if (growing.contains(timeline) || !seen.containsKey(timeline)) {
                list(archive, timeline, floor);
            }
            Map<String, ObjectInfo> all = new HashMap<>();
            seen.getOrDefault(timeline, new TreeMap<>()).values().forEach(all::putAll);
            files.put(timeline, ArchivedFiles.of(timeline, all));
        }
        return new ArchivedTimelines(archive, new TreeMap<>(histories), files);
    }

    private void list(WalArchive archive, Timeline timeline, String floor) {
        NavigableMap<String, Map<String, ObjectInfo>> known = seen.computeIfAbsent(timeline, key -> new TreeMap<>());
        var level = archive.repository().list(archive.layout().timeline(timeline));
        // Beside the logs: the history, under a name that sorts before all of them.
        known.put("", byName(level.objects()));
        List<ObjectPrefix> logs = level.prefixes().stream()
                .filter(log -> reaches(log.name(), floor))
                .sorted(java.util.Comparator.comparing(ObjectPrefix::name))
                .toList();
        for (int at = 0; at < logs.size(); at++) {
            String name = logs.get(at).name();
            if (at >= logs.size() - GROWING || !known.containsKey(name)) {
                known.put(name, byName(archive.repository().list(logs.get(at)).objects()));
            }
        }
        boolean hasHistory =
                known.get("").containsKey(WalFileName.history(timeline).toString());
        if (!histories.containsKey(timeline)
                || hasHistory && histories.get(timeline).ancestors().isEmpty()) {
            histories.put(timeline, ArchivedTimelines.read(new LogSource(archive, WaitingWal.none()), timeline));
        }
    }

    private static boolean reaches(String log, String floor) {
        return log.length() == 2 * TIMELINE_DIGITS
                && (floor.isEmpty()
                        || log.substring(TIMELINE_DIGITS).compareTo(floor.substring(0, TIMELINE_DIGITS)) >= 0);
    }

    private static Map<String, ObjectInfo> byName(List<ObjectInfo> objects) {
        Map<String, ObjectInfo> named = new HashMap<>();
        objects.forEach(info -> named.put(info.key().name(), info));
        return named;
    }
}
