package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.wal.WalGap;
import java.util.ArrayList;
import java.util.List;

/** What can be told of an archive from the names of its files. For one call. */
final class ArchiveQuery {
    private final String repository;
    private final WalArchive archive;
    private final WalSegmentSize size;

    ArchiveQuery(String repository, WalArchive archive, WalSegmentSize size) {
        this.repository = repository;
        this.archive = archive;
        this.size = size;
    }

    List<WalGap> gaps() {
        List<WalGap> gaps = new ArrayList<>();
        for (Timeline timeline : archive.timelines()) {
            List<ArchivedFiles.Run> runs = archive.files(timeline).runs(size);
            for (int at = 1; at < runs.size(); at++) {
                long first = runs.get(at - 1).last() + 1;
                long last = runs.get(at).first() - 1;
                gaps.add(new WalGap(
                        repository,
                        timeline.value(),
                        WalFileName.segment(timeline, first, size).toString(),
                        WalFileName.segment(timeline, last, size).toString(),
                        last - first + 1));
            }
        }
        return gaps;
    }
}
