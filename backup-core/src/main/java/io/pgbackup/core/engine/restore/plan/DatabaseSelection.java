package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which databases get their content. The files of the others become zeros of the same length, so that WAL finds the pages it changes; without their
 * {@code PG_VERSION} an attempt to connect ends that session alone, where zeroed catalogs would bring the whole server down. Immutable.
 */
public final class DatabaseSelection {
    /** Object identifiers below belong to the templates and to {@code postgres}. */
    private static final long FIRST_OF_USERS = 16384;

    private final boolean everything;
    private final Set<Long> chosen;

    private DatabaseSelection(boolean everything, Set<Long> chosen) {
        this.everything = everything;
        this.chosen = chosen;
    }

    /**
     * What a request wants.
     *
     * @param wanted names or OIDs; empty for all
     * @param names of the databases in the set, by OID; may lack some
     */
    public static DatabaseSelection of(Set<String> wanted, Map<String, String> names) {
        Set<Long> chosen = new HashSet<>();
        for (String database : wanted) {
            List<String> oids = names.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(database))
                    .map(Map.Entry::getKey)
                    .toList();
            if (!oids.isEmpty()) {
                chosen.add(Long.parseLong(oids.get(0)));
            } else if (database.matches("[0-9]{1,10}") && (names.isEmpty() || names.containsKey(database))) {
                chosen.add(Long.parseLong(database));
            } else {
                throw new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "the backup has no database '" + database + "'",
                        names.isEmpty()
                                ? "this backup does not know the names of databases: give the OID"
                                : "it has " + names.values());
            }
        }
        return new DatabaseSelection(wanted.isEmpty(), chosen);
    }

    public boolean everything() {
        return everything;
    }

    /** Whether a file is one whose content is left out. */
    public boolean excludes(ClusterPath path) {
        if (everything) {
            return false;
        }
        List<String> parts = path.components();
        int at = parts.get(0).equals("base") ? 1 : parts.get(0).equals("pg_tblspc") ? 3 : -1;
        if (at < 0 || parts.size() < at + 2 || !parts.get(at).matches("[0-9]{1,10}")) {
            return false;
        }
        long database = Long.parseLong(parts.get(at));
        return database >= FIRST_OF_USERS && !chosen.contains(database);
    }

    /** The entries that shall be there. */
    public Iterator<ManifestChain.Chained> of(Iterator<ManifestChain.Chained> entries) {
        return everything ? entries : new Selected(entries);
    }

    private final class Selected implements Iterator<ManifestChain.Chained> {
        private final Iterator<ManifestChain.Chained> entries;
        private ManifestChain.@Nullable Chained head;

        Selected(Iterator<ManifestChain.Chained> entries) {
            this.entries = entries;
            advance();
        }

        private void advance() {
            head = null;
            while (head == null && entries.hasNext()) {
                ManifestChain.Chained next = entries.next();
                ClusterPath path = next.entry().path();
                head = path.name().equals("PG_VERSION") && excludes(path) ? null : next;
            }
        }

        @Override
        public boolean hasNext() {
            return head != null;
        }

        @Override
        public ManifestChain.Chained next() {
            ManifestChain.Chained next = head;
            if (next == null) {
                throw new NoSuchElementException();
            }
            advance();
            return next;
        }
    }
}
