package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A set and everything it builds upon, as one sorted stream: the entries of the newest set, each with the entries of its bases that its content is
 * taken from. A merge-join of sorted streams, so memory does not grow with the number of files. Not safe for use by many threads.
 */
public final class ManifestChain implements Iterator<ManifestChain.Chained> {
    /**
     * An entry of the newest set.
     *
     * @param entry the entry
     * @param levels for a file: the entry itself and, while it is an overlay, those below it, newest first; empty for others
     */
    public record Chained(ManifestEntry entry, List<Level> levels) {}

    /**
     * A file in one set of the chain.
     *
     * @param set index of the set, 0 for the oldest
     * @param file the entry in it
     */
    public record Level(int set, ManifestEntry.File file) {}

    private final List<Side> sides = new ArrayList<>();

    /** A stream with one entry looked at ahead. */
    private static final class Side {
        private final Iterator<ManifestEntry> entries;
        private @Nullable ManifestEntry head;

        Side(Iterator<ManifestEntry> entries) {
            this.entries = entries;
            advance();
        }

        void advance() {
            head = entries.hasNext() ? entries.next() : null;
        }

        @Nullable
        ManifestEntry advanceTo(ClusterPath path) {
            while (head != null && head.path().compareTo(path) < 0) {
                advance();
            }
            return head != null && head.path().equals(path) ? head : null;
        }
    }

    /**
     * Joins the streams of a chain.
     *
     * @param oldestFirst a stream for each set
     */
    public ManifestChain(List<? extends Iterator<ManifestEntry>> oldestFirst) {
        oldestFirst.forEach(stream -> sides.add(new Side(stream)));
    }

    @Override
    public boolean hasNext() {
        return newest().head != null;
    }

    @Override
    public Chained next() {
        Side newest = newest();
        ManifestEntry entry = newest.head;
        if (entry == null) {
            throw new java.util.NoSuchElementException();
        }
        newest.advance();
        return new Chained(entry, entry instanceof ManifestEntry.File file ? levels(file) : List.of());
    }

    /**
     * The entry of a path, skipping all before it.
     *
     * @param path behind every path asked for before
     * @return empty if the newest set has none
     */
    public Optional<Chained> find(ClusterPath path) {
        return newest().advanceTo(path) == null ? Optional.empty() : Optional.of(next());
    }

    private Side newest() {
        return sides.get(sides.size() - 1);
    }

    private List<Level> levels(ManifestEntry.File newest) {
        List<Level> levels = new ArrayList<>();
        levels.add(new Level(sides.size() - 1, newest));
        for (int set = sides.size() - 2;
                levels.get(levels.size() - 1).file().map().overlay();
                set--) {
            ManifestEntry below = set < 0 ? null : sides.get(set).advanceTo(newest.path());
            if (!(below instanceof ManifestEntry.File file)
                    || file.proof().paged() != newest.proof().paged()) {
                throw new MalformedContentException(newest.path() + " builds upon a file that its base does not hold");
            }
            levels.add(new Level(set, file));
        }
        return List.copyOf(levels);
    }
}
