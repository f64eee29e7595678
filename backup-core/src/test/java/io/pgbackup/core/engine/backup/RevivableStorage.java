package io.pgbackup.core.engine.backup;

import io.pgbackup.core.engine.AttendedStorage;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A storage that dies at a certain call, whatever it is, and stays dead until it is revived: a process that is killed reaches it no more. */
final class RevivableStorage extends AttendedStorage {
    private final AtomicLong callsLeft = new AtomicLong(Long.MAX_VALUE);
    private volatile Predicate<String> fatal = key -> false;

    RevivableStorage(Storage living) {
        super(living);
    }

    void dieAfter(long calls) {
        callsLeft.set(calls);
    }

    /** Dies when an object is to be created whose key matches. */
    void dieBefore(Predicate<String> key) {
        fatal = key;
    }

    /** Works again; returns whether it had died. */
    boolean revive() {
        fatal = key -> false;
        return callsLeft.getAndSet(Long.MAX_VALUE) < 0;
    }

    @Override
    protected void before() throws StorageUnavailableException {
        if (callsLeft.decrementAndGet() < 0) {
            throw new StorageUnavailableException("the storage is dead", new IOException("killed"));
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        if (fatal.test(key.toString())) {
            callsLeft.set(0);
        }
        super.create(key, payload, attributes);
    }
}
