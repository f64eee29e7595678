package io.pgbackup.core.postgres.files;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Files that the user does not want in a backup: a path relative to the data directory, in whose components {@code *} and {@code ?} stand
 * for any characters and for one. {@code log} leaves out a file or a whole directory of that name; {@code log/} keeps the directory, empty.
 * What PostgreSQL needs cannot be left out. Immutable.
 */
public final class ExcludePattern {
    private static final List<String> NEEDED = List.of(
            "PG_VERSION",
            "base",
            "global",
            "pg_commit_ts",
            "pg_dynshmem",
            "pg_logical",
            "pg_multixact",
            "pg_notify",
            "pg_replslot",
            "pg_serial",
            "pg_snapshots",
            "pg_stat",
            "pg_stat_tmp",
            "pg_subtrans",
            "pg_tblspc",
            "pg_twophase",
            "pg_wal",
            "pg_xact",
            "postgresql.auto.conf");

    private final String text;
    private final List<Pattern> components;
    private final boolean contentsOnly;

    private ExcludePattern(String text, List<Pattern> components, boolean contentsOnly) {
        this.text = text;
        this.components = components;
        this.contentsOnly = contentsOnly;
    }

    /**
     * Reads a pattern; the inverse of {@link #toString()}.
     *
     * @param text for example {@code log/}, {@code core.*} or {@code conf.d/*.bak}
     * @return the pattern
     * @throws ConfigurationException {@code INVALID_REQUEST} if it is absolute, leaves the data directory, or would match what PostgreSQL
     *     needs
     */
    public static ExcludePattern parse(String text) {
        boolean contentsOnly = text.endsWith("/");
        String path = contentsOnly ? text.substring(0, text.length() - 1) : text;
        try {
            if (ClusterPath.of(path).equals(ClusterPath.ROOT)) {
                throw refused(text, "it names the data directory itself");
            }
        } catch (IllegalArgumentException e) {
            throw refused(text, "it is no path inside the data directory");
        }
        List<Pattern> components = ClusterPath.of(path).components().stream()
                .map(ExcludePattern::component)
                .toList();
        for (String needed : NEEDED) {
            if (components.get(0).matcher(needed).matches()) {
                throw refused(text, "it would leave out " + needed + ", without which no server starts");
            }
        }
        return new ExcludePattern(text, components, contentsOnly);
    }

    private static Pattern component(String glob) {
        StringBuilder expression = new StringBuilder();
        for (char c : glob.toCharArray()) {
            expression.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(expression.toString(), Pattern.DOTALL);
    }

    private static ConfigurationException refused(String text, String why) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "cannot exclude '" + text + "': " + why,
                "Name files below the data directory that PostgreSQL does not need, such as 'log/' or 'core.*'.");
    }

    /** Whether an entry and all that is in it are left out. */
    boolean matches(ClusterPath path) {
        return !contentsOnly && matchesPath(path);
    }

    /** Whether a directory's contents are left out but the directory itself is kept. */
    boolean matchesContents(ClusterPath directory) {
        return contentsOnly && matchesPath(directory);
    }

    private boolean matchesPath(ClusterPath path) {
        List<String> parts = path.components();
        if (parts.size() != components.size()) {
            return false;
        }
        for (int at = 0; at < parts.size(); at++) {
            if (!components.get(at).matcher(parts.get(at)).matches()) {
                return false;
            }
        }
        return true;
    }

    /** The pattern as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
