package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.NativePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Joins what a set holds with what lies in the target. Both are walked in the order of their paths, so memory holds no more than the names of the
 * directories on the way. A directory is entered only if it is one; links are never followed. For one walk.
 */
public final class TargetJoin {
    /** Hears what meets. */
    public interface Visitor {
        /**
         * Something the set holds. Directories are entered after this returns, and only if something lay there.
         *
         * @param wanted the entry
         * @param path where it goes
         * @param existing what is there
         */
        void wanted(ManifestChain.Chained wanted, Path path, Existing existing);

        /**
         * Something the set does not hold.
         *
         * @param path where it is
         */
        void surplus(Path path);
    }

    private static final String LOST_AND_FOUND = "lost+found";

    private final TargetPlaces places;
    private final MountPoints mounts;
    private final Visitor visitor;
    private final Deque<Open> open = new ArrayDeque<>();

    /** A directory on the way, with the names in it that were not met yet. */
    private record Open(ClusterPath path, Path place, Deque<byte[]> names, boolean foreign) {}

    public TargetJoin(TargetPlaces places, MountPoints mounts, Visitor visitor) {
        this.places = places;
        this.mounts = mounts;
        this.visitor = visitor;
    }

    public void run(Iterator<ManifestChain.Chained> entries) {
        enter(ClusterPath.ROOT, places.root(), false);
        while (entries.hasNext()) {
            visit(entries.next());
        }
        while (!open.isEmpty()) {
            leave();
        }
    }

    private void visit(ManifestChain.Chained wanted) {
        ClusterPath path = wanted.entry().path();
        while (!open.isEmpty() && !open.element().path().equals(path.parent())) {
            leave();
        }
        Open directory = open.peek();
        if (directory == null) {
            throw new MalformedContentException(path + " lies in no directory of its set");
        }
        Path place = places.of(path);
        Existing existing = meets(directory, name(path)) ? Existing.at(place) : Existing.ABSENT;
        visitor.wanted(wanted, place, existing);
        if (wanted.entry() instanceof ManifestEntry.Link) {
            // What else lies in the place of a tablespace belongs to other versions or clusters.
            enter(path, places.behind(path).orElseThrow(), true);
        } else if (wanted.entry() instanceof ManifestEntry.Directory) {
            enter(path, places.behind(path).orElse(place), false);
        }
    }

    /** Whether the directory holds the name; what sorts before it is surplus. */
    private boolean meets(Open directory, byte[] name) {
        while (!directory.names().isEmpty()) {
            int order = Arrays.compareUnsigned(directory.names().element(), name);
            if (order > 0) {
                return false;
            }
            byte[] met = directory.names().remove();
            if (order == 0) {
                return true;
            }
            surplus(directory, met);
        }
        return false;
    }

    private void enter(ClusterPath path, Path place, boolean foreign) {
        List<byte[]> names = List.of();
        if (Existing.at(place).is(Existing.Kind.DIRECTORY)) {
            try {
                names = NativePaths.names(place);
            } catch (IOException e) {
                throw TargetFailure.reading(place, e);
            }
        }
        open.push(new Open(path, place, new ArrayDeque<>(names), foreign));
    }

    private void leave() {
        Open directory = open.pop();
        directory.names().forEach(name -> surplus(directory, name));
    }

    private void surplus(Open directory, byte[] name) {
        Path path = NativePaths.resolve(directory.place(), name);
        boolean stays = directory.foreign()
                || path.equals(RestoreMarker.file(places.root()))
                || Arrays.equals(name, LOST_AND_FOUND.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        && heads(directory.place());
        if (!stays) {
            visitor.surplus(path);
        }
    }

    /** Whether a directory may be the head of a file system, where {@code fsck} keeps what it finds. */
    private boolean heads(Path directory) {
        return places.all().contains(directory) || mounts.contains(directory);
    }

    private static byte[] name(ClusterPath path) {
        byte[] bytes = path.bytes();
        return Arrays.copyOfRange(
                bytes, path.parent().bytes().length == 0 ? 0 : path.parent().bytes().length + 1, bytes.length);
    }
}
