package io.pgbackup.core.engine;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.util.concurrent.CountDownLatch;

/** A store that can be made to neither answer nor fail, until it is let go. */
final class Holding extends AttendedStorage {
    /** What holds calls, if anything does. */
    static final class Grip {
        private volatile CountDownLatch open = new CountDownLatch(0);

        void hold() {
            open = new CountDownLatch(1);
        }

        void letGo() {
            open.countDown();
        }
    }

    private final Grip grip;

    Holding(Storage delegate, Grip grip) {
        super(delegate);
        this.grip = grip;
    }

    @Override
    protected void before() throws StorageException {
        try {
            grip.open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageFaultException("interrupted", e);
        }
    }
}
