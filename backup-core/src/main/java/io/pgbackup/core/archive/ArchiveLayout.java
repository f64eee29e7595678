package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;

/**
 * Where the WAL of one identity of a cluster is: a level for each timeline, below it a level for each 4 GiB of log, so that no level holds more than some
 * thousand entries. Immutable.
 *
 * @param root prefix of the identity's files
 * @param summaries prefix of what its segments say was changed
 */
public record ArchiveLayout(ObjectPrefix root, ObjectPrefix summaries) {
    private static final int LOG_DIGITS = 16;

    /**
     * By the number of the identity.
     *
     * @param cluster whose WAL it is
     * @param identity from 1
     * @return the layout
     */
    public static ArchiveLayout of(ClusterLayout cluster, int identity) {
        ObjectPrefix root = cluster.root();
        return new ArchiveLayout(root.resolve("wal/" + identity), root.resolve("summary/" + identity));
    }

    /**
     * A file. A timeline history lies beside the log of its timeline.
     *
     * @param name of the file
     * @return its key
     */
    public ObjectKey file(WalFileName name) {
        return name.kind() == WalFileName.Kind.TIMELINE_HISTORY
                ? timeline(name.timeline()).key(name.toString())
                : log(name).key(name.toString());
    }

    /**
     * Everything of one timeline.
     *
     * @param timeline which
     * @return holds its history, and a level for each 4 GiB
     */
    public ObjectPrefix timeline(Timeline timeline) {
        return root.resolve(timeline.hex());
    }

    /** What a segment says was changed, in a tree of its own. */
    ObjectKey summary(WalFileName name) {
        return summaries
                .resolve(name.timeline().hex())
                .resolve(name.toString().substring(0, LOG_DIGITS))
                .key(name.toString());
    }

    /** The 4 GiB of log that a file belongs to. */
    ObjectPrefix log(WalFileName name) {
        return timeline(name.timeline()).resolve(name.toString().substring(0, LOG_DIGITS));
    }
}
