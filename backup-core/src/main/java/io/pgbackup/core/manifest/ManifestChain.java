package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A set and everything it builds upon, as one sorted stream: the entries of the newest level, each with the entries below that its content is
 * taken from. A level is a committed set, or a part of an aborted one, which may lack paths: an overlay refers to the next level below that holds its
 * path. A merge-join of sorted streams, so memory does not grow with the number of files. Not safe for use by many threads.
 */
public final class ManifestChain implements Iterator<ManifestChain.Chained> {
    /**
     * An entry of the newest level that holds its path.
     *
     * @param set index of that level, 0 for the oldest
     * @param entry the entry
     * @param levels for a file: the entry itself and, while it is an overlay, those below it, newest first; empty for others
     */
    public record Chained(int set, ManifestEntry entry, List<Level> levels) {}

    /**
     * A file in one level of the chain.
     *
     * @param set index of the level, 0 for the oldest
     * @param file the entry in it
     */
    public record Level(int set, ManifestEntry.File file) {}

    /**
     * The entries of one level.
     *
     * @param entries in the order of their paths
     * @param complete whether a path that it lacks was not there; if false one looks further below
     */
    public record Stream(Iterator<ManifestEntry> entries, boolean complete) {}

    private final List<Side> sides = new ArrayList<>();

    /** A stream with one entry looked at ahead. */
    private static final class Side {
        private final Iterator<ManifestEntry> entries;
        private final boolean complete;
        private @Nullable ManifestEntry head;

        Side(Stream stream) {
            this.entries = stream.entries();
            this.complete = stream.complete();
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
     * @param oldestFirst a stream for each level; to go over all entries, the newest must be complete
     */
    public ManifestChain(List<Stream> oldestFirst) {
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
        return chained(sides.size() - 1, entry);
    }

    /**
     * The entry of a path, skipping all before it.
     *
     * @param path behind every path asked for before
     * @return empty if the chain as a whole holds none
     */
    public Optional<Chained> find(ClusterPath path) {
        for (int set = sides.size() - 1; set >= 0; set--) {
            ManifestEntry entry = sides.get(set).advanceTo(path);
            if (entry != null) {
                return Optional.of(chained(set, entry));
            }
            if (sides.get(set).complete) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Chained chained(int set, ManifestEntry entry) {
        return new Chained(set, entry, entry instanceof ManifestEntry.File file ? levels(set, file) : List.of());
    }

    private Side newest() {
        return sides.get(sides.size() - 1);
    }

    private List<Level> levels(int newestSet, ManifestEntry.File newest) {
        List<Level> levels = new ArrayList<>();
        levels.add(new Level(newestSet, newest));
        for (int set = newestSet - 1; levels.get(levels.size() - 1).file().map().overlay(); set--) {
            ManifestEntry below = set < 0 ? null : sides.get(set).advanceTo(newest.path());
            if (below == null && set >= 0 && !sides.get(set).complete) {
                continue;
            }
            if (!(below instanceof ManifestEntry.File file)
                    || file.proof().paged() != newest.proof().paged()) {
                throw new MalformedContentException(newest.path() + " builds upon a file that its base does not hold");
            }
            levels.add(new Level(set, file));
        }
        return List.copyOf(levels);
    }
}
