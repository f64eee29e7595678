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
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A store of which a share of all calls fails: half of those before anything happened, the other half after it happened, so that only the reply is
 * lost; and another share answers slowly. Safe for use by many threads.
 */
final class UnreliableStorage implements Storage {
    /** How bad it is. Counts over all storages opened with it. */
    static final class Weather {
        private static final long SLOW_NANOSECONDS = 50_000_000;

        private final Random random;
        private final double failing;
        private final double slow;
        private final AtomicInteger faults = new AtomicInteger();

        Weather(long seed, double failing, double slow) {
            this.random = new Random(seed);
            this.failing = failing;
            this.slow = slow;
        }

        int faults() {
            return faults.get();
        }

        private void before() throws StorageException {
            if (random.nextDouble() < slow) {
                LockSupport.parkNanos(SLOW_NANOSECONDS);
            }
            strike("before it happened");
        }

        private void after() throws StorageException {
            strike("and the reply was lost");
        }

        private void strike(String when) throws StorageException {
            if (random.nextDouble() < failing / 2) {
                faults.incrementAndGet();
                throw new StorageUnavailableException("bad weather " + when, null);
            }
        }
    }

    private final Storage delegate;
    private final Weather weather;

    UnreliableStorage(Storage delegate, Weather weather) {
        this.delegate = delegate;
        this.weather = weather;
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        weather.before();
        delegate.create(key, payload, attributes);
        weather.after();
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        weather.before();
        InputStream stream = delegate.read(key, range);
        try {
            weather.after();
        } catch (StorageException e) {
            closeQuietly(stream);
            throw e;
        }
        return stream;
    }

    private static void closeQuietly(InputStream stream) {
        try {
            stream.close();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        weather.before();
        Optional<ObjectInfo> info = delegate.stat(key);
        weather.after();
        return info;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        weather.before();
        Listing listing = delegate.list(prefix);
        weather.after();
        return listing;
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        weather.before();
        DeleteReport report = delegate.delete(keys);
        weather.after();
        return report;
    }

    @Override
    public void close() {
        delegate.close();
    }
}
