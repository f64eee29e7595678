package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A storage that passes every call on to another one: the parent of all decorators, which override the verbs they are about. Closing it
 * closes the other. As safe for use by many threads as the storage behind it.
 */
public abstract class ForwardingStorage implements Storage, FreeSpace {
    private final Storage delegate;

    /**
     * Decorates a storage.
     *
     * @param delegate receives every call; owned by this object from now on
     */
    protected ForwardingStorage(Storage delegate) {
        this.delegate = Objects.requireNonNull(delegate, "delegate");
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        delegate.create(key, payload, attributes);
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        return delegate.read(key, range);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return delegate.stat(key);
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        return delegate.list(prefix);
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        return delegate.delete(keys);
    }

    @Override
    public OptionalLong usableBytes() throws StorageException {
        return delegate instanceof FreeSpace space ? space.usableBytes() : OptionalLong.empty();
    }

    @Override
    public void close() {
        delegate.close();
    }

    /** Names the storage behind this one, so that messages stay useful. */
    @Override
    public String toString() {
        return delegate.toString();
    }
}
