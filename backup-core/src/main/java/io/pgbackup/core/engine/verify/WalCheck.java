package io.pgbackup.core.engine.verify;

import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.wal.WalGap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Looks at archived WAL: whether each backup that holds none has what it needs, what is missing in between, and whether every file is what was archived. */
final class WalCheck {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Findings findings;

    WalCheck(OpenRepository repository, ClusterLayout layout, Findings findings) {
        this.repository = repository;
        this.layout = layout;
        this.findings = findings;
    }

    /** By names. Without the identities nothing can be told. */
    void check(List<BackupRecord> backups) {
        findings.expecting(Optional.empty(), layout.identity(1), () -> checkNames(backups));
    }

    private void checkNames(List<BackupRecord> backups) {
        if (repository.list(ArchiveLayout.all(layout)).prefixes().isEmpty()
                && backups.stream().allMatch(BackupRecord::holdsWal)) {
            return;
        }
        IdentityRecords identities = new IdentityRecords(repository, layout);
        List<ServerIdentity> known = identities.all();
        for (int number = 1; number <= known.size(); number++) {
            int identity = number;
            WalArchive archive = new WalArchive(repository, ArchiveLayout.of(layout, identity));
            WalSegmentSize size = new WalSegmentSize(known.get(identity - 1).segmentSize());
            ArchivedTimelines timelines = new ArchivedTimelines(archive);
            new ArchiveGaps(timelines, size).find().forEach(this::gap);
            backups.stream()
                    .filter(backup -> !backup.holdsWal() && identities.numberOf(backup.takenAs()) == identity)
                    .forEach(backup -> needed(backup, timelines, size));
        }
    }

    private void gap(WalGap gap) {
        findings.notice(
                Optional.empty(),
                ErrorCode.WAL_MISSING,
                ArchiveLayout.all(layout).toString() + "/" + gap.firstMissing(),
                ArchiveGaps.describe(gap) + ": one cannot recover over them");
    }

    private void needed(BackupRecord backup, ArchivedTimelines timelines, WalSegmentSize size) {
        Timeline timeline = new Timeline(backup.wal().timeline());
        ArchivedFiles files = timelines.files(timeline);
        for (WalFileName name :
                size.filesOf(timeline, backup.wal().start(), backup.wal().stop())) {
            findings.needing(backup.label(), timelines.archive().layout().file(name), () -> {
                if (files.info(name).isEmpty()) {
                    throw repository.missing(timelines.archive().layout().file(name));
                }
            });
        }
    }

    /** By content: everything that was archived; returns the bytes. */
    long prove(OrderedWork work) {
        LongAdder bytes = new LongAdder();
        for (ObjectPrefix identity : repository.list(ArchiveLayout.all(layout)).prefixes()) {
            WalArchive archive =
                    new WalArchive(repository, ArchiveLayout.of(layout, Integer.parseInt(identity.name())));
            for (Timeline timeline : archive.timelines()) {
                for (WalFileName name : archive.files(timeline).names()) {
                    work.submit(() -> prove(archive, name), bytes::add);
                }
            }
        }
        work.drain();
        return bytes.sum();
    }

    private Long prove(WalArchive archive, WalFileName name) {
        long[] proved = new long[1];
        findings.expecting(Optional.empty(), archive.layout().file(name), () -> proved[0] = archive.prove(name));
        return proved[0];
    }
}
