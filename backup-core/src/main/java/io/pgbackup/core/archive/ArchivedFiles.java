package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What the archive holds of one timeline, by name only. Immutable. */
public final class ArchivedFiles {
    private final Timeline timeline;
    private final NavigableMap<WalFileName, ObjectInfo> files;

    private ArchivedFiles(Timeline timeline, NavigableMap<WalFileName, ObjectInfo> files) {
        this.timeline = timeline;
        this.files = files;
    }

    static ArchivedFiles of(Timeline timeline, Map<String, ObjectInfo> byName) {
        NavigableMap<WalFileName, ObjectInfo> files =
                new TreeMap<>(java.util.Comparator.comparing(WalFileName::toString));
        byName.forEach((name, info) -> WalFileName.tryParse(name).ifPresent(file -> files.put(file, info)));
        return new ArchivedFiles(timeline, files);
    }

    /** Segments that follow each other without a gap.
     *
     * @param first number of the first segment
     * @param last number of the last one
     */
    public record Run(long first, long last) {}

    /** Without some of them. */
    ArchivedFiles without(Predicate<WalFileName> hidden) {
        NavigableMap<WalFileName, ObjectInfo> rest = new TreeMap<>(files);
        rest.keySet().removeIf(hidden);
        return new ArchivedFiles(timeline, rest);
    }

    /**
     * The timeline.
     *
     * @return which
     */
    public Timeline timeline() {
        return timeline;
    }

    /**
     * All files.
     *
     * @return in order of their names
     */
    public List<WalFileName> names() {
        return List.copyOf(files.keySet());
    }

    /**
     * What the store says of a file.
     *
     * @param name of the file
     * @return empty if it was not listed
     */
    public Optional<ObjectInfo> info(WalFileName name) {
        return Optional.ofNullable(files.get(name));
    }

    /**
     * Whole segments in order, as runs without a gap.
     *
     * @param size of the cluster's segments
     * @return ascending
     */
    public List<Run> runs(WalSegmentSize size) {
        List<Run> runs = new ArrayList<>();
        for (WalFileName name : files.keySet()) {
            if (name.kind() != WalFileName.Kind.SEGMENT) {
                continue;
            }
            long segment = name.segmentNumber(size);
            Run before = runs.isEmpty() ? new Run(-2, -2) : runs.get(runs.size() - 1);
            if (before.last() + 1 == segment) {
                runs.set(runs.size() - 1, new Run(before.first(), segment));
            } else {
                runs.add(new Run(segment, segment));
            }
        }
        return runs;
    }

    /**
     * The last segment that follows a given one without a gap.
     *
     * @param segment number of a segment
     * @param size of the cluster's segments
     * @return empty if the segment itself is not there
     */
    public Optional<Long> unbrokenUntil(long segment, WalSegmentSize size) {
        return runs(size).stream()
                .filter(run -> run.first() <= segment && segment <= run.last())
                .map(Run::last)
                .findFirst();
    }
}
