package io.pgbackup.core.engine;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store as a process sees it that dies at one of its calls: that call happens or does not, and from then on nothing of the process ever reaches the
 * store again, no abort, no job record. Safe for use by many threads.
 */
public final class MortalStorage extends AttendedStorage {
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

    private final Death death;

    public MortalStorage(Storage delegate, Death death) {
        super(delegate);
        this.death = death;
    }

    @Override
    protected void before() throws StorageException {
        death.before();
    }

    @Override
    protected void after() throws StorageException {
        death.after();
    }
}
