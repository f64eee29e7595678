package io.pgbackup.core.engine.backup;

import io.pgbackup.core.engine.AttendedStorage;
import io.pgbackup.storage.Storage;
import java.util.concurrent.atomic.AtomicInteger;

/** Stops its user before one of its calls, as a process is stopped, and lets something else happen meanwhile. */
final class PausingStorage extends AttendedStorage {
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

    @Override
    protected void before() {
        if (calls.getAndIncrement() == pauseBefore) {
            paused = true;
            meanwhile.run();
        }
    }
}
