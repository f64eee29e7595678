package io.pgbackup.core.engine.backup;

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
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Stops its user before one of its calls, as a process is stopped, and lets something else happen meanwhile. */
final class PausingStorage extends ForwardingStorage {
    private final AtomicInteger calls = new AtomicInteger(Integer.MIN_VALUE);
    private final int pauseBefore;
    private final Runnable meanwhile;
    private volatile boolean paused;

    PausingStorage(Storage delegate, int pauseBefore, Runnable meanwhile) {
        super(delegate);
        this.pauseBefore = pauseBefore;
        this.meanwhile = meanwhile;
    }

    /** Calls count from now on. */
    void arm() {
        calls.set(0);
    }

    boolean hasPaused() {
        return paused;
    }

    private void step() {
        if (calls.getAndIncrement() == pauseBefore) {
            paused = true;
            meanwhile.run();
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        step();
        super.create(key, payload, attributes);
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        step();
        return super.read(key, range);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        step();
        return super.stat(key);
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        step();
        return super.list(prefix);
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        step();
        return super.delete(keys);
    }
}
