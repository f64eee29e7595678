package io.pgbackup.core.engine;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store as a process sees it that dies at one of its calls: that call happens or does not, and from then on nothing of the process ever reaches the
 * store again, no abort, no job record. Safe for use by many threads.
 */
public final class MortalStorage implements Storage {
    /** When a process dies. Counts the calls of all storages that it opens. */
    public static final class Death {
        private final int atCall;
        private final boolean happens;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile boolean dead;

        private Death(int atCall, boolean happens) {
            this.atCall = atCall;
            this.happens = happens;
        }

        /**
         * At a call.
         *
         * @param call counted from 1
         * @param happens whether that call still reaches the store
         */
        public static Death at(int call, boolean happens) {
            return new Death(call, happens);
        }

        /** Never: only counts. */
        public static Death never() {
            return new Death(Integer.MAX_VALUE, true);
        }

        public int calls() {
            return calls.get();
        }

        public boolean isDead() {
            return dead;
        }

        private void before() throws StorageException {
            int call = calls.incrementAndGet();
            if (dead || call > atCall || call == atCall && !happens) {
                dead = true;
                throw died();
            }
        }

        private void after() throws StorageException {
            if (calls.get() >= atCall) {
                dead = true;
                throw died();
            }
        }

        private static StorageException died() {
            return new StorageDeniedException("the process is dead", new IllegalStateException("killed by the test"));
        }
    }

    private final Storage delegate;
    private final Death death;

    public MortalStorage(Storage delegate, Death death) {
        this.delegate = delegate;
        this.death = death;
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        death.before();
        delegate.create(key, payload, attributes);
        death.after();
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        death.before();
        InputStream stream = delegate.read(key, range);
        try {
            death.after();
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
        death.before();
        Optional<ObjectInfo> info = delegate.stat(key);
        death.after();
        return info;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        death.before();
        Listing listing = delegate.list(prefix);
        death.after();
        return listing;
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        death.before();
        DeleteReport report = delegate.delete(keys);
        death.after();
        return report;
    }

    @Override
    public void close() {
        delegate.close();
    }
}
