package io.pgbackup.core.postgres.files;

import java.util.List;

/**
 * How to walk over a cluster.
 *
 * @param excludes what the user does not want in the backup
 */
public record ScanOptions(List<ExcludePattern> excludes) {
    /** Copies the list. */
    public ScanOptions {
        excludes = List.copyOf(excludes);
    }

    /**
     * Everything that PostgreSQL's rules do not leave out.
     *
     * @return the options
     */
    public static ScanOptions everything() {
        return new ScanOptions(List.of());
    }
}
