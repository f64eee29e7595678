package io.pgbackup.sftp;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
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
import io.pgbackup.storage.StorageFullException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Objects as files on an SFTP server, in the layout of a local directory.
 *
 * <p>An object is written to a pending file outside of every listing, forced to the server's disk, and then <b>hard-linked</b> to its name,
 * which the server refuses if the name is taken; a rename could silently replace. See {@link Publishing} for servers that cannot do that.
 *
 * <p>Creation times are modification times of files in whole seconds, by the server's clock. Locks and legal holds are refused, tags are ignored.
 * An object cannot lie below another (keys {@code a} and {@code a/b}). Safe for use by many threads and processes.
 */
final class SftpStorage implements Storage, FreeSpace {
    private final Connections connections;
    private final RemoteTree tree;
    private final RemoteWriter writer;
    private final String name;

    SftpStorage(SftpAddress address, Connections connections, Publishing publishing) {
        this.connections = connections;
        this.tree = new RemoteTree(address.path());
        this.writer = new RemoteWriter(tree, publishing);
        this.name = address.toString();
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        if (attributes.lock().isPresent() || attributes.legalHold()) {
            throw new StorageFaultException("cannot create " + key + ": an SFTP server cannot lock objects");
        }
        try (SftpFiles files = connections.files("create " + key)) {
            create(key, payload, files);
        } catch (IOException e) {
            throw SftpErrors.classify("create " + key + " in " + name, e);
        }
    }

    private void create(ObjectKey key, Payload payload, SftpFiles files) throws StorageException, IOException {
        writer.prepare(key, files);
        RemoteTree.Search search = tree.search(files, tree.file(key));
        try (PendingUpload pending = PendingUpload.in(files, tree.pending())) {
            if (search.result().filter(RemoteAttributes::isFile).isPresent()) {
                throw new ObjectExistsException("cannot create " + key + ": it exists in " + name);
            }
            try {
                pending.write(key, payload);
            } catch (SftpStatusException e) {
                throw writeFailed(key, payload, files, e);
            }
            writer.sweep(files, pending.path());
            writer.publish(key, files, pending.path());
        }
    }

    private StorageException writeFailed(ObjectKey key, Payload payload, SftpFiles files, SftpStatusException failure)
            throws StorageException, IOException {
        if (failure.isMissing()) {
            return writer.pendingFileMissing(key, files, failure);
        }
        String attempted = "create " + key + " in " + name;
        if (SftpErrors.mayBeFull(failure) && files.freeBytes(tree.root()).orElse(Long.MAX_VALUE) < payload.size()) {
            return new StorageFullException("cannot " + attempted + ": no space, " + failure.getMessage(), failure);
        }
        return SftpErrors.classify(attempted, failure);
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        SftpFiles files = connections.files("read " + key);
        boolean handedOver = false;
        try {
            InputStream stream = open(key, range, files);
            handedOver = true;
            return stream;
        } catch (IOException e) {
            throw SftpErrors.classify("read " + key + " in " + name, e);
        } finally {
            if (!handedOver) {
                files.close();
            }
        }
    }

    private InputStream open(ObjectKey key, ByteRange range, SftpFiles files) throws IOException, StorageException {
        String path = tree.file(key);
        RemoteTree.Search search = tree.search(files, path);
        Answer<FileHandle> opening = files.open(path);
        Optional<RemoteAttributes> found = search.result().filter(RemoteAttributes::isFile);
        if (found.isEmpty()) {
            closeUnused(files, opening);
            throw missing(key);
        }
        FileHandle handle = opened(key, files, opening);
        try {
            long length = range.lengthWithin(found.get().size());
            RangeStream.Range wanted = new RangeStream.Range(range.offset(), range.offset() + length);
            return new RangeStream(key, wanted, new ReadLane(files, handle), () -> anotherLane(path));
        } catch (IndexOutOfBoundsException e) {
            files.close(handle);
            throw new StorageFaultException("cannot read " + key + " in " + name + ": " + e.getMessage(), e);
        }
    }

    private Optional<ReadLane> anotherLane(String path) throws IOException {
        Optional<SftpFiles> idle = connections.idleFiles();
        if (idle.isEmpty()) {
            return Optional.empty();
        }
        SftpFiles files = idle.get();
        try {
            return Optional.of(new ReadLane(files, files.open(path).get()));
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    private FileHandle opened(ObjectKey key, SftpFiles files, Answer<FileHandle> opening)
            throws IOException, StorageException {
        try {
            return opening.get();
        } catch (SftpStatusException e) {
            if (e.isMissing() && tree.find(files, tree.file(key)).isEmpty()) {
                throw missing(key);
            }
            throw e;
        }
    }

    private static void closeUnused(SftpFiles files, Answer<FileHandle> opening) throws IOException {
        try {
            files.close(opening.get());
            files.flush();
        } catch (SftpStatusException e) {
            // It was not opened, so there is nothing to close.
            return;
        }
    }

    private ObjectNotFoundException missing(ObjectKey key) {
        return new ObjectNotFoundException("there is no object " + key + " in " + name);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        try (SftpFiles files = connections.files("stat " + key)) {
            return tree.find(files, tree.file(key))
                    .filter(RemoteAttributes::isFile)
                    .map(found -> new ObjectInfo(key, found.size(), found.modified()));
        } catch (IOException e) {
            throw SftpErrors.classify("stat " + key + " in " + name, e);
        }
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        try (SftpFiles files = connections.files("list '" + prefix + "'")) {
            return new RemoteListing(files, tree).read(prefix);
        } catch (IOException e) {
            throw SftpErrors.classify("list '" + prefix + "' in " + name, e);
        }
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        try (SftpFiles files = connections.files("delete " + keys.size() + " objects")) {
            return new Deletion(files, tree, writer, name).delete(keys);
        }
    }

    @Override
    public OptionalLong usableBytes() throws StorageException {
        try (SftpFiles files = connections.files("ask for the free space")) {
            String existing = tree.root();
            while (!existing.equals("/") && files.follow(existing).get().isEmpty()) {
                existing = RemoteTree.above(existing);
            }
            return files.freeBytes(existing);
        } catch (IOException e) {
            throw SftpErrors.classify("ask for the free space of " + name, e);
        }
    }

    @Override
    public void close() {
        connections.close();
    }

    /** The location, for messages. */
    @Override
    public String toString() {
        return name;
    }
}
