package io.pgbackup.core.postgres.files;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something a backup must hold: a directory, a file or the link to a tablespace. Immutable. */
public final class ClusterEntry {
    /** What an entry is. */
    public enum Kind {
        /** A directory, possibly one that must be there although its contents are left out. */
        DIRECTORY,
        /** A regular file. */
        FILE,
        /** A link in {@code pg_tblspc}; the tablespace's contents follow as entries below this path. */
        TABLESPACE_LINK
    }

    private final ClusterPath path;
    private final Kind kind;
    private final EntryAttributes attributes;
    private final @Nullable Object detail;

    private ClusterEntry(ClusterPath path, Kind kind, EntryAttributes attributes, @Nullable Object detail) {
        this.path = path;
        this.kind = kind;
        this.attributes = attributes;
        this.detail = detail;
    }

    /**
     * A directory.
     *
     * @param path where
     * @param attributes of the directory
     * @return the entry
     */
    public static ClusterEntry directory(ClusterPath path, EntryAttributes attributes) {
        return new ClusterEntry(path, Kind.DIRECTORY, attributes, null);
    }

    /**
     * A file; whether it belongs to a relation follows from its path.
     *
     * @param path where
     * @param attributes of the file
     * @return the entry
     */
    public static ClusterEntry file(ClusterPath path, EntryAttributes attributes) {
        return new ClusterEntry(
                path, Kind.FILE, attributes, RelationFile.of(path).orElse(null));
    }

    /**
     * A link to a tablespace.
     *
     * @param path where
     * @param attributes of the tablespace's own directory
     * @param target where the tablespace lies
     * @return the entry
     */
    public static ClusterEntry tablespaceLink(ClusterPath path, EntryAttributes attributes, TablespaceLocation target) {
        return new ClusterEntry(path, Kind.TABLESPACE_LINK, attributes, target);
    }

    /**
     * Where the entry is.
     *
     * @return relative to the data directory
     */
    public ClusterPath path() {
        return path;
    }

    /**
     * What the entry is.
     *
     * @return its kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * What the file system said when the entry was listed.
     *
     * @return size, mode, owner and time
     */
    public EntryAttributes attributes() {
        return attributes;
    }

    /**
     * Bytes when the entry was listed.
     *
     * @return 0 for all but files
     */
    public long size() {
        return attributes.size();
    }

    /**
     * Whether the file consists of pages with headers and, if the cluster has them, checksums.
     *
     * @return true for files of relations, of every fork
     */
    public boolean paged() {
        return detail instanceof RelationFile;
    }

    /**
     * The relation that a file belongs to.
     *
     * @return empty for everything that is not {@link #paged()}
     */
    public Optional<RelationFile> relation() {
        return detail instanceof RelationFile relation ? Optional.of(relation) : Optional.empty();
    }

    /**
     * Where a tablespace lies.
     *
     * @return empty for everything but a {@link Kind#TABLESPACE_LINK}
     */
    public Optional<TablespaceLocation> linkTarget() {
        return detail instanceof TablespaceLocation location ? Optional.of(location) : Optional.empty();
    }

    @Override
    public String toString() {
        return kind + " " + path;
    }
}
