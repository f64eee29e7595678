package io.pgbackup.core.storage;

import io.pgbackup.storage.FileNames;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the files of a repository are, and what it means when one is not there. Safe for use by many threads.
 *
 * <p><b>Missing or unmounted?</b> "No such file" means that the object does not exist only while the repository is there. A repository is
 * there when its root holds anything at all, be it only the directory of pending files, which outlives every object. Once that has been
 * seen through this object, an empty or absent root means that a file system was unmounted or removed, and is an error. What cannot be
 * told apart is a file system that was not mounted all along from a place where nothing was ever created; so that at least nothing is
 * then written to the wrong disk, only the last directory of the root's path is ever created.
 *
 * <p><b>Symbolic links</b> below the root are never followed: one in the place of an object or prefix is an error, not a missing object. The
 * root itself may be one. This protects against accidents and planted links, not against somebody who exchanges directories meanwhile.
 */
final class DirectoryTree {
    /** Begins with a dot, so it is the name of no object and of no prefix. */
    private static final String PENDING = ".pending";

    private final Path root;
    private volatile boolean established;

    DirectoryTree(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    Path pending() {
        return root.resolve(PENDING);
    }

    Path file(ObjectKey key) {
        return resolve(key.toString());
    }

    Path directory(ObjectPrefix prefix) {
        return prefix.equals(ObjectPrefix.root()) ? root : resolve(prefix.toString());
    }

    /** The directory that holds a path; only for paths that have one, as all at or below a root of a repository do. */
    static Path above(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private Path resolve(String segments) {
        Path path = root;
        for (String segment : segments.split("/", -1)) {
            for (String name : FileNames.of(segment)) {
                path = path.resolve(name);
            }
        }
        return path;
    }

    /** What is at a path; empty only if the repository is there and this is not. */
    Optional<BasicFileAttributes> find(Path path) throws IOException, StorageException {
        noticeRepository();
        Path current = root;
        Optional<BasicFileAttributes> found = attributes(root, false);
        while (found.isPresent() && !current.equals(path)) {
            // A regular file has nothing below it. Asking the system would be an error instead of an answer.
            current = current.resolve(path.getName(current.getNameCount()));
            found = found.get().isDirectory() ? attributes(current, true) : Optional.empty();
        }
        if (found.isEmpty()) {
            requireRepository();
        }
        return found;
    }

    /** What one path is, without following a link; empty if there is nothing. Anything but a file or directory is an error. */
    static Optional<BasicFileAttributes> attributesOf(Path path) throws IOException, StorageException {
        return attributes(path, true);
    }

    private static Optional<BasicFileAttributes> attributes(Path path, boolean belowRoot)
            throws IOException, StorageException {
        LinkOption[] options = belowRoot ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS} : new LinkOption[0];
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (!attributes.isRegularFile() && !attributes.isDirectory()) {
            String what = attributes.isSymbolicLink() ? "a symbolic link, which is never followed" : "a special file";
            throw new StorageFaultException(path + " has the name of an object or prefix but is " + what);
        }
        return Optional.of(attributes);
    }

    /** Remembers that the repository is there, as soon as it can be seen. */
    void noticeRepository() throws IOException {
        if (!established && isRepositoryThere()) {
            established = true;
        }
    }

    /** Throws if the repository was there before and is not any longer. */
    void requireRepository() throws IOException, StorageException {
        if (established && !isRepositoryThere()) {
            throw gone();
        }
    }

    /** The failure to report when the repository is not there any longer. */
    StorageUnavailableException gone() {
        return new StorageUnavailableException(
                "the repository directory " + root
                        + " is gone or empty although it held objects; is its file system mounted?",
                null);
    }

    private boolean isRepositoryThere() throws IOException {
        try {
            Files.readAttributes(pending(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            // A copied repository may lack it.
            return hasEntries();
        }
    }

    private boolean hasEntries() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            return entries.iterator().hasNext();
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
