package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.wal.WalGap;
import java.util.List;
import java.util.Optional;

/** The log behind the newest backup: what a restore of now would need. Stateless. */
final class RecentWal {
    private static final int TIMELINE_DIGITS = 8;
    private static final int NAME_DIGITS = 24;

    private RecentWal() {}

    /** The position digits of a file name, which are in the order of the log whatever the timeline. */
    static String position(WalFileName name) {
        return name.toString().substring(TIMELINE_DIGITS, NAME_DIGITS);
    }

    /** Whether a file is not older than a position; every one is not older than none. */
    static boolean isBehind(WalFileName name, Optional<String> position) {
        return position(name).compareTo(position.orElse("")) >= 0;
    }

    /** Where the newest backup of the current identity begins; empty if there is none. */
    static Optional<String> newestBackup(Archives archives) {
        IdentityRecords identities = new IdentityRecords(archives.repository(), archives.layout());
        List<BackupRecord> backups = new Catalog(archives.repository(), archives.layout())
                .readable((label, damage) -> {}).stream()
                        .filter(set -> identities.numberOf(set.takenAs()) == archives.current())
                        .toList();
        return backups.isEmpty()
                ? Optional.empty()
                : Optional.of(position(
                        WalFileName.parse(backups.get(backups.size() - 1).wal().startSegment())));
    }

    /** What is missing there. */
    static List<WalGap> gaps(Archives archives) {
        Optional<String> backup = newestBackup(archives);
        int identity = archives.current();
        WalSegmentSize size = new WalSegmentSize(archives.identity(identity).segmentSize());
        return new ArchiveGaps(new ArchivedTimelines(archives.of(identity)), size)
                .find().stream()
                        .filter(gap -> isBehind(WalFileName.parse(gap.lastMissing()), backup))
                        .toList();
    }
}
