package io.pgbackup.core.postgres.files;

import java.util.List;
import java.util.Optional;

/**
 * One file of a relation and where it belongs: all that identifies pages, as WAL names them. Object identifiers are unsigned 32-bit
 * numbers.
 *
 * @param tablespace object identifier of the tablespace
 * @param database object identifier of the database, 0 for shared catalogs
 * @param name the file's name
 */
public record RelationFile(long tablespace, long database, RelationFileName name) {
    /** The tablespace of shared catalogs, directory {@code global}. */
    public static final long GLOBAL_TABLESPACE = 1664;

    /** The tablespace of directory {@code base}. */
    public static final long DEFAULT_TABLESPACE = 1663;

    private static final int MOST_DIGITS = 10;

    /**
     * Tells whether a path is a file of a relation.
     *
     * @param path a path in the cluster
     * @return empty if its directory holds no relations or its name is none of a relation
     */
    public static Optional<RelationFile> of(ClusterPath path) {
        List<String> parts = path.components();
        return switch (parts.size()) {
            case 2 -> parts.get(0).equals("global") ? file(GLOBAL_TABLESPACE, 0, parts.get(1)) : Optional.empty();
            case 3 ->
                parts.get(0).equals("base") && isNumber(parts.get(1))
                        ? file(DEFAULT_TABLESPACE, Long.parseLong(parts.get(1)), parts.get(2))
                        : Optional.empty();
            case 5 ->
                isDatabaseInTablespace(parts)
                        ? file(Long.parseLong(parts.get(1)), Long.parseLong(parts.get(3)), parts.get(4))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /**
     * Whether a directory holds the relations of a database or the shared ones.
     *
     * @param directory a path in the cluster
     * @return true for {@code global}, {@code base/<database>} and {@code pg_tblspc/<tablespace>/PG_<version>/<database>}
     */
    static boolean holdsRelations(ClusterPath directory) {
        return directory.name().equals("global") && directory.components().size() == 1
                || of(directory.resolve("1")).isPresent();
    }

    private static boolean isDatabaseInTablespace(List<String> parts) {
        return parts.get(0).equals("pg_tblspc")
                && isNumber(parts.get(1))
                && parts.get(2).startsWith("PG_")
                && isNumber(parts.get(3));
    }

    static boolean isNumber(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) < '0' || text.charAt(at) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MOST_DIGITS;
    }

    private static Optional<RelationFile> file(long tablespace, long database, String name) {
        return RelationFileName.tryParse(name).map(parsed -> new RelationFile(tablespace, database, parsed));
    }
}
