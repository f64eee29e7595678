package io.pgbackup.core.postgres.session;

import io.pgbackup.error.ClusterException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pings a backup session on a thread of its own, so that a lost one is noticed within seconds and not after hours of copying. Safe for use
 * by many threads.
 */
public final class SessionWatch implements AutoCloseable {
    private final ScheduledExecutorService executor;
    private final AtomicReference<@Nullable ClusterException> failure = new AtomicReference<>();

    private SessionWatch(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /**
     * Begins to watch.
     *
     * @param session what to ping
     * @param interval between pings
     * @param threads makes the one thread
     * @param onLoss told once, on that thread, for example to cancel the operation
     * @return the watch; to be closed before the session
     */
    public static SessionWatch over(
            BackupSession session, Duration interval, ThreadFactory threads, Consumer<ClusterException> onLoss) {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(threads);
        SessionWatch watch = new SessionWatch(executor);
        executor.scheduleWithFixedDelay(
                () -> watch.look(session, onLoss), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        return watch;
    }

    private void look(BackupSession session, Consumer<ClusterException> onLoss) {
        try {
            session.ping();
        } catch (ClusterException e) {
            executor.shutdown();
            if (failure.compareAndSet(null, e)) {
                onLoss.accept(e);
            }
        }
    }

    /**
     * Throws what the watch has found; for loops that do not want to be interrupted.
     *
     * @throws ClusterException {@code SESSION_LOST}
     */
    public void check() {
        ClusterException lost = failure.get();
        if (lost != null) {
            throw lost;
        }
    }

    /** Ends the watch. Idempotent. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
