package io.pgbackup.core.storage;

import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Makes directories, publishes written files under their keys, and removes directories that became empty. Safe for use by many threads.
 *
 * <p>A directory counts as durable once the directory above it was forced to the disk; that is done once per directory and process. Removing
 * directories excludes publishing within this process, so that a removed and re-made directory is forced again. Other processes
 * may remove a directory at any moment: publishing then makes it again.
 */
final class DirectoryWriter {
    private static final int PUBLISH_ATTEMPTS = 100;
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final DirectoryTree tree;
    private final DiskSync sync;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock pruning = new ReentrantReadWriteLock();
    private volatile boolean prepared;
    private volatile boolean swept;

    DirectoryWriter(DirectoryTree tree, DiskSync sync) {
        this.tree = tree;
        this.sync = sync;
    }

    /** Makes the root and the directory of pending files, unless they were there before and are gone. */
    void prepare(ObjectKey key) throws IOException, StorageException {
        if (prepared) {
            return;
        }
        tree.noticeRepository();
        tree.requireRepository();
        makeRoot();
        makeDirectory(key, tree.pending(), tree.root());
        tree.noticeRepository();
        prepared = true;
    }

    /** What it means that a pending file, or the directory of pending files, is not there. */
    StorageException pendingFileMissing(ObjectKey key, NoSuchFileException failure) throws StorageException {
        prepared = false;
        try {
            tree.requireRepository();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return new StorageUnavailableException(
                "cannot create " + key + ": its pending file disappeared from " + tree.pending(), failure);
    }

    private void makeRoot() throws IOException, StorageException {
        Path root = tree.root();
        try {
            Files.createDirectory(root);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(root)) {
                throw new StorageFaultException("the repository directory " + root + " is not a directory", e);
            }
            return;
        } catch (NoSuchFileException e) {
            throw new StorageFaultException(
                    "the repository directory " + root + " cannot be made because " + DirectoryTree.above(root)
                            + " does not exist; mount its file system or make that directory first",
                    e);
        }
        sync.directory(DirectoryTree.above(root));
    }

    /** Gives a written file its key, durably. The written file stays. */
    void publish(ObjectKey key, Path written, Path target) throws IOException, StorageException {
        Path directory = DirectoryTree.above(target);
        for (int attempt = 1; attempt <= PUBLISH_ATTEMPTS; attempt++) {
            pruning.readLock().lock();
            try {
                makeDirectories(key, directory);
                link(key, written, target);
                sync.directory(directory);
                return;
            } catch (NoSuchFileException e) {
                // Another process removed a directory that had become empty.
                forget(directory);
            } finally {
                pruning.readLock().unlock();
            }
        }
        throw new StorageUnavailableException(
                "cannot create " + key + ": its directory " + directory
                        + " or the pending file disappears again and again",
                null);
    }

    private void link(ObjectKey key, Path written, Path target) throws IOException, StorageException {
        try {
            Files.createLink(target, written);
        } catch (FileAlreadyExistsException e) {
            Optional<BasicFileAttributes> found = DirectoryTree.attributesOf(target);
            if (found.isPresent() && found.get().isDirectory()) {
                throw new StorageFaultException("cannot create " + key + ": there are objects below this key", e);
            }
            // NFS may make the link, lose the reply, and be asked again.
            if (found.isEmpty() || !Files.isSameFile(target, written)) {
                throw new ObjectExistsException("cannot create " + key + ": it exists in " + tree.root(), e);
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (UnsupportedOperationException e) {
            throw FileErrors.noHardLinks("create " + key, e);
        } catch (IOException e) {
            throw FileErrors.classifyLink("create " + key, e);
        }
    }

    private void makeDirectories(ObjectKey key, Path directory) throws IOException, StorageException {
        Path parent = tree.root();
        while (!parent.equals(directory)) {
            Path child = parent.resolve(directory.getName(parent.getNameCount()));
            if (!durable.contains(child)) {
                makeDirectory(key, child, parent);
                durable.add(child);
            }
            parent = child;
        }
    }

    private void makeDirectory(ObjectKey key, Path directory, Path parent) throws IOException, StorageException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            Optional<BasicFileAttributes> found = DirectoryTree.attributesOf(directory);
            if (found.isPresent() && !found.get().isDirectory()) {
                throw new StorageFaultException(
                        "cannot create " + key + ": " + directory
                                + " is a file, and on a file system no object can lie below another",
                        e);
            }
        }
        // Also when somebody else made it: it may not be durable yet.
        sync.directory(parent);
    }

    private void forget(Path directory) {
        for (Path path = directory; !path.equals(tree.root()); path = DirectoryTree.above(path)) {
            durable.remove(path);
        }
    }

    /** Removes a directory and those above it as far as they are empty, and makes durable what is gone. */
    void prune(Path directory) throws IOException {
        Path surviving = directory;
        pruning.writeLock().lock();
        try {
            while (!surviving.equals(tree.root()) && removeIfEmpty(surviving)) {
                durable.remove(surviving);
                surviving = DirectoryTree.above(surviving);
            }
        } finally {
            pruning.writeLock().unlock();
        }
        try {
            sync.directory(surviving);
        } catch (NoSuchFileException e) {
            if (surviving.equals(tree.root())) {
                throw e;
            }
            // Another process emptied and removed it; what we deleted is gone with it.
            prune(DirectoryTree.above(surviving));
        }
    }

    private static boolean removeIfEmpty(Path directory) {
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (IOException e) {
            // Not empty, or not ours to remove: an empty directory is no prefix, so it may stay.
            return false;
        }
    }

    /**
     * Once per storage, removes pending files that a killed process left behind a day ago or earlier. They are harmless but take space. Age
     * is measured against a file written just now, because both times come from the same clock.
     */
    void sweep(Path written) throws IOException {
        if (swept) {
            return;
        }
        swept = true;
        Instant limit = Files.getLastModifiedTime(written).toInstant().minus(ABANDONED_AFTER);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(tree.pending())) {
            for (Path file : files) {
                removeIfOlder(file, limit);
            }
        }
    }

    private static void removeIfOlder(Path file, Instant limit) throws IOException {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Its writer was faster.
            return;
        }
    }
}
