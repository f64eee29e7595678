package io.pgbackup.core.engine;

import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store that can be switched off: it refuses at once, without retries. */
final class Refusing extends ForwardingStorage {
    private final AtomicBoolean down;

    Refusing(Storage delegate, AtomicBoolean down) {
        super(delegate);
        this.down = down;
    }

    private void require() throws StorageException {
        if (down.get()) {
            throw new StorageDeniedException("switched off", null);
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        require();
        super.create(key, payload, attributes);
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        require();
        return super.read(key, range);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        require();
        return super.stat(key);
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        require();
        return super.list(prefix);
    }
}
