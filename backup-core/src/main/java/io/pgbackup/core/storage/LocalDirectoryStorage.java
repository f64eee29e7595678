package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.FileNames;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Objects as files below a directory, local or on NFS.
 *
 * <p>An object is written to a pending file outside of every listing, forced to the disk, and then <b>hard-linked</b> to its name, which
 * the system refuses if the name is taken; a rename would silently replace. The directory is forced to the disk last. A process that
 * dies leaves at most a pending file, removed by the first create of a later storage when it is a day old.
 *
 * <p>File names are described by {@link FileNames}; what "missing" means, and what happens to symbolic links, by {@link DirectoryTree}.
 * Creation times are modification times of files, so they come from the clock of the file system. Locks and legal holds are refused,
 * tags are ignored. An object cannot lie below another (keys {@code a} and {@code a/b}). Safe for use by many threads and processes.
 */
public final class LocalDirectoryStorage implements Storage, FreeSpace {
    private final DirectoryTree tree;
    private final DirectoryWriter writer;
    private final DiskSync sync;
    private volatile boolean closed;

    /**
     * A storage below a directory. Nothing is touched; the first create makes the directory, but not those above it.
     *
     * @param root an absolute path
     */
    public LocalDirectoryStorage(Path root) {
        this(root, DiskSync.system());
    }

    LocalDirectoryStorage(Path root, DiskSync sync) {
        if (!root.isAbsolute() || !root.equals(root.normalize()) || root.getNameCount() == 0) {
            throw new IllegalArgumentException(
                    "a repository directory is an absolute path below the root directory without . and .., not "
                            + root);
        }
        this.tree = new DirectoryTree(root);
        this.writer = new DirectoryWriter(tree, sync);
        this.sync = sync;
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        if (attributes.lock().isPresent() || attributes.legalHold()) {
            throw new StorageFaultException("cannot create " + key + ": a directory cannot lock objects");
        }
        try {
            writer.prepare(key);
            Path target = tree.file(key);
            if (tree.find(target).filter(BasicFileAttributes::isRegularFile).isPresent()) {
                throw new ObjectExistsException("cannot create " + key + ": it exists in " + tree.root());
            }
            try (PendingFile pending = PendingFile.in(tree.pending())) {
                pending.write(key, payload, sync);
                writer.sweep(pending.path());
                writer.publish(key, pending.path(), target);
            }
        } catch (NoSuchFileException e) {
            throw writer.pendingFileMissing(key, e);
        } catch (IOException e) {
            throw FileErrors.classifyWrite("create " + key + " in " + tree.root(), e, tree.root(), payload.size());
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        try {
            Path file = tree.file(key);
            if (tree.find(file).filter(BasicFileAttributes::isRegularFile).isEmpty()) {
                throw missing(key);
            }
            return open(key, file, range);
        } catch (NoSuchFileException e) {
            // Deleted since it was looked at, or unmounted: the next look tells.
            stat(key);
            throw missing(key);
        } catch (IOException e) {
            throw FileErrors.classify("read " + key + " in " + tree.root(), e);
        }
    }

    private static InputStream open(ObjectKey key, Path file, ByteRange range) throws IOException, StorageException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        boolean handedOver = false;
        try {
            InputStream stream = new FileRangeStream(key, channel, range.offset(), range.lengthWithin(channel.size()));
            handedOver = true;
            return stream;
        } catch (IndexOutOfBoundsException e) {
            throw new StorageFaultException("cannot read " + key + ": " + e.getMessage(), e);
        } finally {
            if (!handedOver) {
                channel.close();
            }
        }
    }

    private ObjectNotFoundException missing(ObjectKey key) {
        return new ObjectNotFoundException("there is no object " + key + " in " + tree.root());
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        requireOpen();
        try {
            return tree.find(tree.file(key))
                    .filter(BasicFileAttributes::isRegularFile)
                    .map(found -> new ObjectInfo(
                            key, found.size(), found.lastModifiedTime().toInstant()));
        } catch (IOException e) {
            throw FileErrors.classify("stat " + key + " in " + tree.root(), e);
        }
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        try {
            return new DirectoryListing(tree).read(prefix);
        } catch (IOException e) {
            throw FileErrors.classify("list '" + prefix + "' in " + tree.root(), e);
        }
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        requireOpen();
        Map<ObjectKey, StorageException> failures = new HashMap<>();
        Map<Path, List<ObjectKey>> directories = new LinkedHashMap<>();
        for (ObjectKey key : keys) {
            try {
                Path file = tree.file(key);
                if (deleteFile(file)) {
                    directories
                            .computeIfAbsent(DirectoryTree.above(file), absent -> new ArrayList<>())
                            .add(key);
                }
            } catch (IOException e) {
                failures.put(key, FileErrors.classify("delete " + key + " in " + tree.root(), e));
            } catch (StorageException e) {
                failures.put(key, e);
            }
        }
        directories.forEach((directory, deleted) -> failures.putAll(makeDurable(directory, deleted)));
        return new DeleteReport(failures);
    }

    private Map<ObjectKey, StorageException> makeDurable(Path directory, List<ObjectKey> deleted) {
        try {
            writer.prune(directory);
            return Map.of();
        } catch (IOException e) {
            StorageException failure = FileErrors.classify("make the deletion in " + directory + " durable", e);
            return deleted.stream().collect(Collectors.toMap(key -> key, key -> failure));
        }
    }

    private boolean deleteFile(Path file) throws IOException, StorageException {
        return tree.find(file).filter(BasicFileAttributes::isRegularFile).isPresent() && Files.deleteIfExists(file);
    }

    @Override
    public OptionalLong usableBytes() throws StorageException {
        requireOpen();
        Path existing = tree.root();
        for (Path above = existing; above != null && !Files.exists(existing); above = above.getParent()) {
            existing = above;
        }
        try {
            return OptionalLong.of(Files.getFileStore(existing).getUsableSpace());
        } catch (IOException e) {
            throw FileErrors.classify("ask for the free space of " + tree.root(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage of " + tree.root() + " is closed");
        }
    }

    /** The directory, for messages. */
    @Override
    public String toString() {
        return "directory " + tree.root();
    }
}
