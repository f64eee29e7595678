package io.pgbackup.core.engine.keys;

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
import java.util.List;
import java.util.Optional;

/** A storage that does something at its n-th call: lets the process die, before or after the call, or lets somebody else come in between. */
final class SteppingStorage implements Storage {
    /** The process is dead; not an exception that anything could handle. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final Storage delegate;
    private final int step;
    private final Runnable before;
    private final Runnable after;
    private int calls;
    private boolean dead;

    private SteppingStorage(Storage delegate, int step, Runnable before, Runnable after) {
        this.delegate = delegate;
        this.step = step;
        this.before = before;
        this.after = after;
    }

    static SteppingStorage dyingBefore(Storage delegate, int step) {
        return new SteppingStorage(delegate, step, SteppingStorage::die, () -> {});
    }

    static SteppingStorage dyingAfter(Storage delegate, int step) {
        return new SteppingStorage(delegate, step, () -> {}, SteppingStorage::die);
    }

    static SteppingStorage meanwhile(Storage delegate, int step, Runnable other) {
        return new SteppingStorage(delegate, step, other, () -> {});
    }

    private static void die() {
        throw new Died();
    }

    /** Whether the step was reached. */
    boolean stepped() {
        return calls >= step;
    }

    private interface Call<T> {
        T run() throws StorageException;
    }

    private <T> T call(Call<T> call) throws StorageException {
        if (dead) {
            throw new Died();
        }
        calls++;
        if (calls != step) {
            return call.run();
        }
        try {
            before.run();
            T result = call.run();
            after.run();
            return result;
        } catch (Died e) {
            dead = true;
            throw e;
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        call(() -> {
            delegate.create(key, payload, attributes);
            return key;
        });
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        return call(() -> delegate.read(key, range));
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return call(() -> delegate.stat(key));
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        return call(() -> delegate.list(prefix));
    }

    /** Key by key, because a store may die between two. */
    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        DeleteReport report = DeleteReport.complete();
        for (ObjectKey key : keys) {
            report = call(() -> delegate.delete(List.of(key)));
        }
        return report;
    }

    @Override
    public void close() {
        delegate.close();
    }
}
