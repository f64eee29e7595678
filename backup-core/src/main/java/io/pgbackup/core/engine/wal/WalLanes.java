package io.pgbackup.core.engine.wal;

import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The repositories of a cluster as WAL goes in and out, and the threads that bring it. Nothing is opened and no thread begun before the first use. Safe for
 * use by many threads.
 */
public final class WalLanes implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final List<WalLane> lanes;
    private final LongSupplier ticker;
    private final AtomicBoolean settling = new AtomicBoolean();
    private Optional<Object> watching = Optional.empty();
    private final ExecutorService executor = Executors.newCachedThreadPool(WalLanes::thread);

    /**
     * For one cluster.
     *
     * @param repositories all of them
     * @param layout of the cluster
     * @param access opens one; the lane closes it
     * @param runtime whose ticker tells how long one was open
     */
    public WalLanes(
            List<Repository> repositories, ClusterLayout layout, RepositoryAccess access, PgBackupRuntime runtime) {
        this.lanes = repositories.stream()
                .map(repository -> new WalLane(repository, layout, access, runtime.ticker()))
                .toList();
        this.ticker = runtime.ticker();
    }

    LongSupplier ticker() {
        return ticker;
    }

    /** Not a worker of the runtime: archiving goes on while a backup keeps all of those busy. */
    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "pgbackup-wal-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Whether somebody may watch now: one at a time, however many services and receivers are open. */
    synchronized boolean takeWatch(Object watcher) {
        if (watching.isEmpty()) {
            watching = Optional.of(watcher);
        }
        return watching.get().equals(watcher);
    }

    /** Leaves it to another. */
    synchronized void leaveWatch(Object watcher) {
        watching = watching.filter(now -> !now.equals(watcher));
    }

    /** Does it unless it is being done. */
    void settling(Runnable settlement) {
        if (settling.compareAndSet(false, true)) {
            try {
                settlement.run();
            } finally {
                settling.set(false);
            }
        }
    }

    WalLane of(Repository repository) {
        return lanes.stream()
                .filter(lane -> lane.where().equals(repository))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        repository + " is not one of the repositories this PgBackup was made with",
                        "add it with repository() when building"));
    }

    List<WalLane> all() {
        return lanes;
    }

    ExecutorService executor() {
        return executor;
    }

    /** Stops the threads and closes the repositories. Idempotent. */
    @Override
    public void close() {
        executor.shutdownNow();
        lanes.forEach(WalLane::close);
    }
}
