package io.pgbackup.core.engine;

import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;

/** A store whose every call something happens before and after: the parent of all that die, pause or fail at calls. */
public abstract class AttendedStorage extends ForwardingStorage {
    protected AttendedStorage(Storage delegate) {
        super(delegate);
    }

    /** Before a call reaches the store; if it throws, it does not. */
    protected void before() throws StorageException {}

    /** After a call was done; if it throws, only the reply is lost. */
    protected void after() throws StorageException {}

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        before();
        super.create(key, payload, attributes);
        after();
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        before();
        InputStream stream = super.read(key, range);
        try {
            after();
            return stream;
        } catch (StorageException e) {
            close(stream);
            throw e;
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        before();
        Optional<ObjectInfo> info = super.stat(key);
        after();
        return info;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        before();
        Listing listing = super.list(prefix);
        after();
        return listing;
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        before();
        DeleteReport report = super.delete(keys);
        after();
        return report;
    }
}
