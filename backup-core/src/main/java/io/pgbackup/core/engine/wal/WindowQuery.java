package io.pgbackup.core.engine.wal;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.wal.RecoveryWindow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far one could recover from each backup of a repository, by the names of archived files. For one call. */
final class WindowQuery {
    private final String repository;
    private final Archives archives;
    private final IdentityRecords identities;
    private final Map<String, ArchivedFiles> listed = new HashMap<>();

    WindowQuery(String repository, Archives archives) {
        this.repository = repository;
        this.archives = archives;
        this.identities = new IdentityRecords(archives.repository(), archives.layout());
    }

    List<RecoveryWindow> windows() {
        List<RecoveryWindow> windows = new ArrayList<>();
        for (BackupRecord backup : new Catalog(archives.repository(), archives.layout()).backups()) {
            windows.add(window(backup));
        }
        return windows;
    }

    private RecoveryWindow window(BackupRecord backup) {
        int identity = identities.numberOf(backup.takenAs());
        WalSegmentSize size = new WalSegmentSize(archives.identity(identity).segmentSize());
        Timeline timeline = new Timeline(backup.wal().timeline());
        Lsn stop = backup.wal().stop();
        ArchivedFiles files = listed.computeIfAbsent(identity + "/" + timeline, key -> {
            WalArchive archive = archives.of(identity);
            return archive.files(timeline);
        });
        Optional<ObjectInfo> last = files.unbrokenUntil(size.segmentBefore(stop), size)
                .flatMap(segment -> files.info(WalFileName.segment(timeline, segment, size)));
        Lsn end = last.map(info -> WalFileName.parse(info.key().name()))
                .map(name -> name.next(size).start(size))
                .filter(reached -> reached.compareTo(stop) > 0)
                .orElse(stop);
        return new RecoveryWindow(
                repository,
                backup.label(),
                timeline.value(),
                stop,
                backup.stopped(),
                end,
                last.map(ObjectInfo::created)
                        .filter(created -> created.isAfter(backup.stopped()))
                        .orElse(backup.stopped()));
    }
}
