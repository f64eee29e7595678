package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.postgres.files.ClusterEntry;
import java.util.BitSet;
import java.util.List;

/**
 * A stretch of a paged file, worked on by one worker: a large file is many runs.
 *
 * @param entry the file
 * @param offset first byte, a multiple of the page size
 * @param length number of bytes wanted
 * @param lanes the file as each lane knows it
 */
record Run(ClusterEntry entry, long offset, long length, List<LaneFile> lanes) {
    /** Whether some pages need not be read: no lane wants all. */
    boolean partial() {
        return lanes.stream().noneMatch(lane -> lane.decision().whole());
    }

    /** The pages that some lane wants, by their number in the file. */
    BitSet wanted() {
        BitSet wanted = new BitSet();
        lanes.forEach(lane -> lane.decision().pages().forEach((first, count) -> wanted.set(first, first + count)));
        return wanted;
    }
}
