package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchiveTail;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.wal.WalGap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one repository has of the log since its newest backup, looked at again and again. What lies before that backup is left to those who ask for it: retention may
 * have thinned it, and a later restore does not need it. For one thread.
 */
final class WatchedLane {
    /** Everything is listed again now and then, so that also what somebody removed from older logs is missed. */
    private static final int LOOKS_BETWEEN_FULL_ONES = 180;

    private final WalLane lane;
    private final ArchiveTail tail = new ArchiveTail();
    private Optional<String> backup = Optional.empty();
    private int identity;
    private int looks;

    /**
     * What was seen.
     *
     * @param names of all files behind the newest backup; without one, of all
     * @param expected whether a file should be there if another repository has it
     * @param gaps behind the newest backup
     */
    record Sight(Set<WalFileName> names, Expected expected, List<WalGap> gaps) {}

    /**
     * What should be there: histories, and everything from a position on.
     *
     * @param from position digits of a file name; empty if nothing but histories
     */
    record Expected(Optional<String> from) {
        boolean includes(WalFileName name) {
            return name.kind() == WalFileName.Kind.TIMELINE_HISTORY
                    || from.filter(floor -> floor.compareTo(RecentWal.position(name)) <= 0)
                            .isPresent();
        }
    }

    WatchedLane(WalLane lane) {
        this.lane = lane;
    }

    WalLane lane() {
        return lane;
    }

    /** Lists everything at the next look. */
    void forget() {
        looks = 0;
    }

    Sight look() {
        return lane.with(this::look);
    }

    private Sight look(Archives archives) {
        if (looks++ % LOOKS_BETWEEN_FULL_ONES == 0 || archives.current() != identity) {
            tail.forget();
            identity = archives.current();
            backup = RecentWal.newestBackup(archives);
        }
        ArchivedTimelines seen = tail.look(archives.of(identity), backup.orElse(""));
        Set<WalFileName> names = seen.all().stream()
                .flatMap(timeline -> seen.files(timeline).names().stream())
                .filter(name -> name.kind() == WalFileName.Kind.TIMELINE_HISTORY || behind(name))
                .collect(Collectors.toSet());
        Optional<String> oldest = names.stream()
                .filter(name -> name.kind() != WalFileName.Kind.TIMELINE_HISTORY)
                .map(RecentWal::position)
                .min(String::compareTo);
        WalSegmentSize size = new WalSegmentSize(archives.identity(identity).segmentSize());
        List<WalGap> gaps = new ArchiveGaps(seen, size)
                .find().stream()
                        .filter(gap -> behind(WalFileName.parse(gap.lastMissing())))
                        .toList();
        return new Sight(names, new Expected(backup.or(() -> oldest)), gaps);
    }

    private boolean behind(WalFileName name) {
        return RecentWal.isBehind(name, backup);
    }
}
