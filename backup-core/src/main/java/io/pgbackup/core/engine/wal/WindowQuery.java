package io.pgbackup.core.engine.wal;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalGap;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far one could recover from each backup of a repository, by the names of archived files. For one call. */
public final class WindowQuery {
    private final String repository;
    private final Archives archives;
    private final IdentityRecords identities;
    private final Map<Integer, ArchivedTimelines> timelines = new HashMap<>();
    private final Map<Integer, List<WalGap>> gaps = new HashMap<>();

    /**
     * For one repository.
     *
     * @param repository its name
     * @param archives its archives
     */
    public WindowQuery(String repository, Archives archives) {
        this.repository = repository;
        this.archives = archives;
        this.identities = new IdentityRecords(archives.repository(), archives.layout());
    }

    /**
     * One for each backup that is listed.
     *
     * @return in order of time
     */
    public List<RecoveryWindow> windows() {
        return windows(new Catalog(archives.repository(), archives.layout()).backups());
    }

    /**
     * One for each of some backups.
     *
     * @param backups of the repository
     * @return in their order
     */
    public List<RecoveryWindow> windows(List<BackupRecord> backups) {
        return backups.stream().map(this::window).toList();
    }

    private RecoveryWindow window(BackupRecord backup) {
        int identity = identities.numberOf(backup.takenAs());
        WalSegmentSize size = new WalSegmentSize(archives.identity(identity).segmentSize());
        Timeline timeline = new Timeline(backup.wal().timeline());
        Lsn stop = backup.wal().stop();
        ArchivedTimelines known = timelines.computeIfAbsent(
                identity,
                number -> ArchivedTimelines.lasting(new LogSource(archives.of(number), WaitingWal.none()), size));
        SegmentChain chain =
                SegmentChain.follow(known, known.newest(timeline, stop), size.startOf(size.segmentBefore(stop)), size);
        Optional<WalFileName> last = chain.segments().isEmpty()
                ? Optional.empty()
                : Optional.of(chain.segments().get(chain.segments().size() - 1));
        Optional<Instant> arrived = last.flatMap(
                        name -> known.files(name.timeline()).info(name))
                .map(ObjectInfo::created)
                .filter(created -> created.isAfter(backup.stopped()));
        return new RecoveryWindow(
                repository,
                backup.label(),
                last.map(WalFileName::timeline).orElse(timeline).value(),
                stop,
                backup.stopped(),
                last.map(name -> chain.end(size))
                        .filter(end -> end.compareTo(stop) > 0)
                        .orElse(stop),
                arrived.orElse(backup.stopped()),
                gaps(identity, known, size).stream()
                        .filter(gap -> gap.firstMissing().equals(chain.missing().toString()))
                        .findFirst());
    }

    private List<WalGap> gaps(int identity, ArchivedTimelines known, WalSegmentSize size) {
        return gaps.computeIfAbsent(identity, number -> new ArchiveGaps(known, size).find());
    }
}
