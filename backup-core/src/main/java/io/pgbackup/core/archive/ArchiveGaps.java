package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.wal.WalGap;
import java.util.ArrayList;
import java.util.List;

/**
 * Segments that are missing between others of the same timeline.
 *
 * @param archive where
 * @param size of the cluster's segments
 */
public record ArchiveGaps(WalArchive archive, WalSegmentSize size) {
    /**
     * Looks for them.
     *
     * @return in order
     */
    public List<WalGap> find() {
        List<WalGap> gaps = new ArrayList<>();
        for (Timeline timeline : archive.timelines()) {
            List<ArchivedFiles.Run> runs = archive.files(timeline).runs(size);
            for (int at = 1; at < runs.size(); at++) {
                long first = runs.get(at - 1).last() + 1;
                long last = runs.get(at).first() - 1;
                gaps.add(new WalGap(
                        archive.repository().name(),
                        timeline.value(),
                        WalFileName.segment(timeline, first, size).toString(),
                        WalFileName.segment(timeline, last, size).toString(),
                        last - first + 1));
            }
        }
        return gaps;
    }
}
