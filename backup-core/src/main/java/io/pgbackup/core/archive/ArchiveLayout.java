package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.HexFormat;

/**
 * Where the WAL of one identity of a cluster is: a level for each timeline, below it a level for each 4 GiB of log, so that no level holds more than some
 * thousand entries. Immutable.
 *
 * @param root prefix of the identity's files
 * @param summaries prefix of what its segments say was changed
 * @param dropped prefix of what was given up
 * @param thinned prefix of what retention removes between sets
 */
public record ArchiveLayout(ObjectPrefix root, ObjectPrefix summaries, ObjectPrefix dropped, ObjectPrefix thinned) {
    /** Behind the name of a segment: where its parts are. */
    static final String PART = ".part";

    private static final int LOG_DIGITS = 16;

    /**
     * By the number of the identity.
     *
     * @param cluster whose WAL it is
     * @param identity from 1
     * @return the layout
     */
    public static ArchiveLayout of(ClusterLayout cluster, int identity) {
        String number = Integer.toString(identity);
        return new ArchiveLayout(
                all(cluster).resolve(number),
                cluster.root().resolve("summary").resolve(number),
                cluster.root().resolve("dropped").resolve(number),
                cluster.root().resolve("thinned").resolve(number));
    }

    /**
     * The WAL of every identity of a cluster.
     *
     * @param cluster whose WAL it is
     * @return holds a level for each identity
     */
    public static ObjectPrefix all(ClusterLayout cluster) {
        return cluster.root().resolve("wal");
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

    /**
     * The parts of a segment that were received before it was whole.
     *
     * @param segment which
     * @return holds them, each named by its end
     */
    public ObjectPrefix parts(WalFileName segment) {
        return log(segment).resolve(segment + PART);
    }

    /**
     * One part of a segment, from its begin to a position.
     *
     * @param segment which
     * @param end behind its last byte
     * @return its key; the names of later ones sort later
     */
    public ObjectKey part(WalFileName segment, Lsn end) {
        return parts(segment).key(HexFormat.of().withUpperCase().toHexDigits(end.value()));
    }

    /** The 4 GiB of log that a file belongs to. */
    ObjectPrefix log(WalFileName name) {
        return timeline(name.timeline()).resolve(name.toString().substring(0, LOG_DIGITS));
    }
}
