package io.pgbackup.core.engine.wal;

import io.pgbackup.Repository;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.RepositoryException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One repository as WAL goes in and out: kept open between calls, opened anew every few minutes and after each failure, so that renewed secrets and
 * rotated keys are taken up. Remembers whether something was passed over in it. Safe for use by many threads.
 */
final class WalLane implements AutoCloseable {
    private static final long LONGEST_OPEN = Duration.ofMinutes(5).toNanos();
    private static final long REST_AFTER_FAILURE = Duration.ofSeconds(30).toNanos();
    private static final long BREATH = Duration.ofSeconds(5).toNanos();

    private final Repository where;
    private final ClusterLayout layout;
    private final RepositoryAccess access;
    private final LongSupplier ticker;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private @Nullable Archives archives;
    private long opened;
    private final AtomicBoolean behind = new AtomicBoolean();
    private final AtomicBoolean catchingUp = new AtomicBoolean();
    private volatile Optional<Failure> failed = Optional.empty();
    private volatile Optional<Thread> opening = Optional.empty();

    /**
     * That it could not be used.
     *
     * @param when it was tried
     * @param away whether it could not be reached, or did not answer; otherwise something else is wrong
     */
    private record Failure(long when, boolean away) {}

    WalLane(Repository where, ClusterLayout layout, RepositoryAccess access, LongSupplier ticker) {
        this.where = where;
        this.layout = layout;
        this.access = access;
        this.ticker = ticker;
    }

    Repository where() {
        return where;
    }

    /** Uses the repository; it stays open at least as long as the use. */
    <T> T with(Function<Archives, T> use) {
        try {
            T result = using(use);
            failed = Optional.empty();
            return result;
        } catch (RepositoryException e) {
            failed = Optional.of(new Failure(ticker.getAsLong(), Dropping.isUnreachable(e)));
            forget();
            throw e;
        }
    }

    private <T> T using(Function<Archives, T> use) {
        lock.readLock().lock();
        try {
            Archives open = archives;
            if (open != null && ticker.getAsLong() - opened < LONGEST_OPEN) {
                return use.apply(open);
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            open();
            lock.readLock().lock();
        } finally {
            lock.writeLock().unlock();
        }
        try {
            return use.apply(Objects.requireNonNull(archives));
        } finally {
            lock.readLock().unlock();
        }
    }

    private void open() {
        if (archives != null && ticker.getAsLong() - opened < LONGEST_OPEN) {
            return;
        }
        release();
        OpenRepository repository = opened();
        try {
            archives = new Archives(repository, layout);
            opened = ticker.getAsLong();
        } finally {
            if (archives == null) {
                repository.close();
            }
        }
    }

    private OpenRepository opened() {
        opening = Optional.of(Thread.currentThread());
        try {
            return access.open(where);
        } finally {
            opening = Optional.empty();
        }
    }

    /** Whether it waits for a key management service, and not for the store. */
    boolean asksForKeys() {
        return opening.filter(access::asksForKeys).isPresent();
    }

    /** Not while somebody uses it: a single failure must not harm those whose calls succeed. */
    private void forget() {
        if (lock.writeLock().tryLock()) {
            try {
                release();
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    private void release() {
        Archives open = archives;
        archives = null;
        if (open != null) {
            open.repository().close();
        }
    }

    /** Whether the last use failed a short while ago, so that others had better be asked first. */
    boolean resting() {
        return failed.filter(last -> ticker.getAsLong() - last.when() < REST_AFTER_FAILURE)
                .isPresent();
    }

    /** Whether it was away so short a while ago that not even those ask again who would lose something otherwise. */
    boolean awayJustNow() {
        return failed.filter(Failure::away)
                .filter(last -> ticker.getAsLong() - last.when() < BREATH)
                .isPresent();
    }

    /** It does not answer at all: asking it costs time, so it rests as long as one that failed, for everybody. */
    void hangs() {
        failed = Optional.of(new Failure(ticker.getAsLong() + REST_AFTER_FAILURE - BREATH, true));
    }

    void passedOver() {
        behind.set(true);
    }

    /** Takes the duty to catch up: true for one caller. */
    boolean takeBehind() {
        return behind.getAndSet(false);
    }

    /** Catches up, unless somebody does already. */
    void catchingUp(Runnable catchUp) {
        if (catchingUp.compareAndSet(false, true)) {
            try {
                catchUp.run();
            } finally {
                catchingUp.set(false);
            }
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            release();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
