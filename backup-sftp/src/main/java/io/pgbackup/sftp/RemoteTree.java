package io.pgbackup.sftp;

import io.pgbackup.storage.FileNames;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the files of a repository are on the server, and what it means when one is not there. Paths are absolute as the server shows them.
 * Safe for use by many threads.
 *
 * <p>The layout is that of a local directory. "No such file" means that an object does not exist only while the repository is there: its
 * directory of pending files, which outlives every object, or anything else in its root. Once that was seen, an empty or absent root means
 * that a file system was unmounted, and is an error. A link below the root is never followed and never taken for a missing object.
 */
final class RemoteTree {
    /** Begins with a dot, so it is the name of no object and of no prefix. */
    private static final String PENDING = ".pending";

    private final String root;
    private volatile boolean established;

    /** The root is absolute and ends with a slash only if it is nothing else. */
    RemoteTree(String root) {
        this.root = root;
    }

    String root() {
        return root;
    }

    String pending() {
        return below(root, PENDING);
    }

    String file(ObjectKey key) {
        return resolve(key.toString());
    }

    String directory(ObjectPrefix prefix) {
        return prefix.equals(ObjectPrefix.root()) ? root : resolve(prefix.toString());
    }

    static String below(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    /** The directory that holds a path. */
    static String above(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private String resolve(String segments) {
        String path = root;
        for (String segment : segments.split("/", -1)) {
            for (String name : FileNames.of(segment)) {
                path = below(path, name);
            }
        }
        return path;
    }

    /** The directories from the first one below the root to the path itself. */
    List<String> way(String path) {
        List<String> way = new ArrayList<>();
        for (String current = path; !current.equals(root); current = above(current)) {
            way.add(0, current);
        }
        return way;
    }

    /** What is at a path below the root; empty only if the repository is there and this is not. */
    Optional<RemoteAttributes> find(SftpFiles files, String path) throws IOException, StorageException {
        return search(files, path).result();
    }

    /** Begins to look for a path. */
    Search search(SftpFiles files, String path) throws IOException {
        return new Search(files, path);
    }

    /** Whether this entry is a file; anything but a file or directory is an error. */
    static boolean isFile(String path, RemoteAttributes attributes) throws StorageException {
        if (!attributes.isFile() && !attributes.isDirectory()) {
            String what = attributes.isLink()
                    ? "a symbolic link, which is never followed"
                    : "of a kind that the server does not tell or a special file";
            throw new StorageFaultException(path + " has the name of an object or prefix but is " + what);
        }
        return attributes.isFile();
    }

    /** Throws if the repository was there before and is not any longer. */
    void requireRepository(SftpFiles files) throws IOException, StorageException {
        // Known before looking: what another thread makes meanwhile was not there to be seen.
        boolean expected = established;
        if (files.look(pending()).get().isPresent() || RemoteDirectory.hasEntries(files, root)) {
            established = true;
        } else if (expected) {
            throw new StorageUnavailableException(
                    "the repository directory " + root
                            + " is gone or empty although it held objects; is its file system mounted on the server?",
                    null);
        }
    }

    /** A search of which all requests are under way at once. */
    final class Search {
        private final SftpFiles files;
        private final Answer<Optional<RemoteAttributes>> pending;
        private final List<String> way;
        private final List<Answer<Optional<RemoteAttributes>>> answers = new ArrayList<>();

        private Search(SftpFiles files, String path) throws IOException {
            this.files = files;
            this.pending = files.look(pending());
            this.way = way(path);
            for (String step : way) {
                answers.add(files.look(step));
            }
        }

        Optional<RemoteAttributes> result() throws IOException, StorageException {
            boolean there = pending.get().isPresent();
            Optional<RemoteAttributes> found = Optional.empty();
            for (int index = 0; index < way.size(); index++) {
                found = answers.get(index).get();
                boolean last = index == way.size() - 1;
                if (found.isEmpty() || (isFile(way.get(index), found.get()) && !last)) {
                    found = Optional.empty();
                    break;
                }
            }
            if (there || found.isPresent()) {
                established = true;
            } else {
                requireRepository(files);
            }
            return found;
        }
    }
}
