package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of a receiver know of each other: how far each is, and whether it is time to end. Whoever waits for another waits here. Safe for use by
 * many threads.
 */
final class StreamState {
    private static final int ALIGNMENT = 8;

    private final Acknowledge acknowledge;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Timeline timeline = Timeline.FIRST;
    private Lsn server = new Lsn(0);
    private Lsn received = new Lsn(0);
    private Lsn synced = new Lsn(0);
    private Lsn stored = new Lsn(0);
    private @Nullable WalSegmentSize size;
    private boolean ending;
    private @Nullable RuntimeException failure;

    StreamState(Acknowledge acknowledge) {
        this.acknowledge = acknowledge;
    }

    /** A stream begins; all before it is stored. */
    void begin(StreamStart start, WalSegmentSize segmentSize) {
        change(() -> {
            timeline = start.timeline();
            size = segmentSize;
            received = start.position();
            synced = start.position();
            stored = start.position();
            server = later(server, start.position());
        });
    }

    void received(Lsn end, Lsn serverEnd) {
        change(() -> {
            received = end;
            server = later(serverEnd, end);
        });
    }

    void serverAt(Lsn serverEnd) {
        change(() -> server = later(serverEnd, received));
    }

    void synced(Lsn end) {
        change(() -> synced = later(synced, end));
    }

    void stored(Lsn end) {
        change(() -> stored = later(stored, end));
    }

    /** Time to end: for good with the first failure, or without one. */
    void end(@Nullable RuntimeException why) {
        change(() -> {
            if (!ending) {
                failure = why;
            }
            ending = true;
        });
    }

    /** Something else that others wait for has changed. */
    void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Looks at something that others change. */
    <T> T get(Supplier<T> value) {
        lock.lock();
        try {
            return value.get();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a condition holds or a time has passed; the condition is asked under the lock. */
    boolean await(BooleanSupplier condition, long nanoseconds) {
        long left = nanoseconds;
        boolean interrupted = false;
        lock.lock();
        try {
            while (!condition.getAsBoolean() && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    // Those that wait here are told to end through the state; the flag is kept for what they do next.
                    interrupted = true;
                }
            }
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits without limit until a condition holds or it is time to end. */
    boolean awaitUnlessEnding(BooleanSupplier condition) {
        await(() -> ending || condition.getAsBoolean(), TimeUnit.DAYS.toNanos(36_500));
        return !ending();
    }

    boolean ending() {
        return get(() -> ending);
    }

    Optional<RuntimeException> failure() {
        return get(() -> Optional.ofNullable(failure));
    }

    StreamPosition position() {
        return get(() -> new StreamPosition(timeline, server, received, stored));
    }

    boolean unsynced() {
        return get(() -> synced.compareTo(received) < 0);
    }

    boolean unstored() {
        return get(() -> stored.compareTo(received) < 0);
    }

    /** What the server may be told. */
    CopyStream.Reply reply() {
        return get(() -> new CopyStream.Reply(received, acknowledge == Acknowledge.STORED ? stored : onDisk()));
    }

    /** Never the end of a segment that the destination does not have as a whole. */
    private Lsn onDisk() {
        if (size == null) {
            return stored;
        }
        Lsn limit = new Lsn(size.startOf(size.segmentOf(stored) + 1).value() - ALIGNMENT);
        return later(stored, synced.compareTo(limit) < 0 ? synced : limit);
    }

    private static Lsn later(Lsn one, Lsn other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
