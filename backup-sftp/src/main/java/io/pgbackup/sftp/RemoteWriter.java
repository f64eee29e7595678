package io.pgbackup.sftp;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes directories on the server, publishes written files under their keys, and removes directories that became empty. Safe for use by many
 * threads.
 *
 * <p>A directory counts as durable once the directory above it was forced to the server's disk; that is done once per directory and process.
 * Removing directories excludes publishing within this process, so that a removed and re-made directory is forced again. Other processes
 * may remove a directory at any moment: publishing then makes it again.
 */
final class RemoteWriter {
    private static final Logger LOGGER = LoggerFactory.getLogger(RemoteWriter.class);
    private static final int PUBLISH_ATTEMPTS = 100;
    private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

    private final RemoteTree tree;
    private final Publishing publishing;
    private final Set<String> durable = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock pruning = new ReentrantReadWriteLock();
    private volatile boolean prepared;
    private volatile boolean swept;

    RemoteWriter(RemoteTree tree, Publishing publishing) {
        this.tree = tree;
        this.publishing = publishing;
    }

    /** Makes the root and the directory of pending files, unless they were there before and are gone. */
    void prepare(ObjectKey key, SftpFiles files) throws IOException, StorageException {
        if (!prepared) {
            tree.requireRepository(files);
            makeRoot(key, files);
            makeDirectory(key, files, tree.pending());
            tree.requireRepository(files);
            prepared = true;
        }
        publishing.require(key, files, tree);
    }

    /** What it means that a pending file, or the directory of pending files, is not there. */
    StorageException pendingFileMissing(ObjectKey key, SftpFiles files, SftpStatusException failure)
            throws IOException, StorageException {
        prepared = false;
        tree.requireRepository(files);
        return new StorageUnavailableException(
                "cannot create " + key + ": its pending file disappeared from " + tree.pending(), failure);
    }

    private void makeRoot(ObjectKey key, SftpFiles files) throws IOException, StorageException {
        String root = tree.root();
        Optional<RemoteAttributes> found = files.follow(root).get();
        if (found.isEmpty()) {
            try {
                files.makeDirectory(root).get();
            } catch (SftpStatusException e) {
                if (e.isMissing()) {
                    throw new StorageFaultException(
                            "the repository directory " + root + " cannot be made because " + RemoteTree.above(root)
                                    + " does not exist on the server; make that directory first",
                            e);
                }
                if (files.follow(root).get().isEmpty()) {
                    throw SftpErrors.classify(
                            "create " + key + " because the directory " + root + " cannot be made", e);
                }
            }
            force(files, RemoteTree.above(root));
        } else if (!found.get().isDirectory()) {
            throw new StorageFaultException("the repository directory " + root + " is not a directory");
        }
    }

    /** Gives a written file its key, durably. The written file stays unless the server has no hard links. */
    void publish(ObjectKey key, SftpFiles files, String written) throws IOException, StorageException {
        String target = tree.file(key);
        String directory = RemoteTree.above(target);
        for (int attempt = 1; attempt <= PUBLISH_ATTEMPTS; attempt++) {
            pruning.readLock().lock();
            try {
                if (makeDirectories(key, files, directory) && link(key, files, written, target)) {
                    return;
                }
            } finally {
                pruning.readLock().unlock();
            }
            // Another process removed a directory that had become empty.
            forget(directory);
        }
        throw new StorageUnavailableException(
                "cannot create " + key + ": its directory " + directory
                        + " or the pending file disappears again and again",
                null);
    }

    private boolean link(ObjectKey key, SftpFiles files, String written, String target)
            throws IOException, StorageException {
        Answer<SftpReply> published = publishing.begin(files, written, target);
        DirectoryForce force = DirectoryForce.begin(files, RemoteTree.above(target));
        try {
            published.get();
        } catch (SftpStatusException e) {
            force.cancel();
            Publishing.explain(key, files, target, e);
            return false;
        }
        return force.finish();
    }

    /** Returns false if one of them disappeared meanwhile. */
    private boolean makeDirectories(ObjectKey key, SftpFiles files, String directory)
            throws IOException, StorageException {
        for (String step : tree.way(directory)) {
            if (!durable.contains(step)) {
                if (!makeDirectory(key, files, step)) {
                    return false;
                }
                durable.add(step);
            }
        }
        return true;
    }

    private boolean makeDirectory(ObjectKey key, SftpFiles files, String directory)
            throws IOException, StorageException {
        for (int attempt = 1; !isMade(key, files, directory, attempt); attempt++) {
            if (files.look(RemoteTree.above(directory)).get().isEmpty()) {
                return false;
            }
        }
        // Also when somebody else made it: it may not be durable yet.
        return force(files, RemoteTree.above(directory));
    }

    /** Returns false if it was there when it should be made, and is not any longer. */
    private static boolean isMade(ObjectKey key, SftpFiles files, String directory, int attempt)
            throws IOException, StorageException {
        try {
            files.makeDirectory(directory).get();
            return true;
        } catch (SftpStatusException e) {
            Optional<RemoteAttributes> found = files.look(directory).get();
            if (found.isEmpty() && !e.isMissing() && attempt == PUBLISH_ATTEMPTS) {
                throw SftpErrors.classify("create " + key + " because " + directory + " cannot be made", e);
            }
            if (found.isPresent() && RemoteTree.isFile(directory, found.get())) {
                throw new StorageFaultException(
                        "cannot create " + key + ": " + directory
                                + " is a file, and on a file system no object can lie below another",
                        e);
            }
            return found.isPresent();
        }
    }

    private static boolean force(SftpFiles files, String directory) throws IOException {
        return DirectoryForce.begin(files, directory).finish();
    }

    private void forget(String directory) {
        tree.way(directory).forEach(durable::remove);
    }

    /** Removes a directory and those above it as far as they are empty, and makes durable what is gone. */
    void prune(SftpFiles files, String directory) throws IOException {
        String surviving = directory;
        pruning.writeLock().lock();
        try {
            while (!surviving.equals(tree.root()) && removeIfEmpty(files, surviving)) {
                durable.remove(surviving);
                surviving = RemoteTree.above(surviving);
            }
        } finally {
            pruning.writeLock().unlock();
        }
        // If it is not there, another process emptied and removed it; what we deleted is gone with it.
        if (!force(files, surviving) && !surviving.equals(tree.root())) {
            prune(files, RemoteTree.above(surviving));
        }
    }

    private static boolean removeIfEmpty(SftpFiles files, String directory) throws IOException {
        try {
            files.removeDirectory(directory).get();
            return true;
        } catch (SftpStatusException e) {
            // Not empty, or not ours to remove: an empty directory is no prefix, so it may stay.
            return e.isMissing();
        }
    }

    /**
     * Once per storage, removes pending files that a killed process left behind a day ago or earlier. They are harmless but take space. Age
     * is measured against a file written just now, because both times come from the same clock.
     */
    void sweep(SftpFiles files, String written) throws IOException {
        if (swept) {
            return;
        }
        swept = true;
        try {
            removeAbandoned(files, written);
        } catch (SftpStatusException e) {
            // Some servers stumble over entries that others remove meanwhile. Tidiness is no reason to fail a backup.
            LOGGER.debug("abandoned pending files in {} stay", tree.pending(), e);
        }
    }

    private void removeAbandoned(SftpFiles files, String written) throws IOException {
        Instant limit = files.look(written)
                .get()
                .map(found -> found.modified().minus(ABANDONED_AFTER))
                .orElse(Instant.MIN);
        for (RemoteEntry entry : RemoteDirectory.read(files, tree.pending()).orElseGet(List::of)) {
            if (entry.attributes().isFile() && entry.attributes().modified().isBefore(limit)) {
                // Whether that is allowed is the server's business.
                files.remove(RemoteTree.below(tree.pending(), entry.name()));
            }
        }
    }
}
