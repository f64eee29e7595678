package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.core.postgres.files.Fork;
import java.util.Comparator;

/**
 * A fork of a relation as the log names it: by file node, not by table. Object identifiers are unsigned 32-bit numbers.
 *
 * @param tablespace object identifier of the tablespace
 * @param database object identifier of the database, 0 for shared catalogs
 * @param fileNode of the relation
 * @param fork which of its forks
 */
public record RelationFork(long tablespace, long database, long fileNode, Fork fork)
        implements Comparable<RelationFork> {
    private static final Comparator<RelationFork> ORDER = Comparator.comparingLong(RelationFork::tablespace)
            .thenComparingLong(RelationFork::database)
            .thenComparingLong(RelationFork::fileNode)
            .thenComparing(RelationFork::fork);

    /**
     * Another fork of the same relation.
     *
     * @param other which
     * @return that one
     */
    public RelationFork withFork(Fork other) {
        return new RelationFork(tablespace, database, fileNode, other);
    }

    @Override
    public int compareTo(RelationFork other) {
        return ORDER.compare(this, other);
    }
}
