package io.pgbackup.core.engine;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A store of which a share of all calls fails: half of those before anything happened, the other half after it happened, so that only the reply is
 * lost; and another share answers slowly. Safe for use by many threads.
 */
final class UnreliableStorage extends AttendedStorage {
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

    private final Weather weather;

    UnreliableStorage(Storage delegate, Weather weather) {
        super(delegate);
        this.weather = weather;
    }

    @Override
    protected void before() throws StorageException {
        weather.before();
    }

    @Override
    protected void after() throws StorageException {
        weather.after();
    }
}
