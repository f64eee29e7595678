package io.pgbackup;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Threads and clock, shared by any number of {@link PgBackup}s: one service with a hundred clusters needs one runtime. Closing a
 * {@code PgBackup} never closes a runtime it was given. Safe for use by many threads.
 */
public final class PgBackupRuntime implements AutoCloseable {
    private final int workers;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private final ExecutorService executor;

    private PgBackupRuntime(Builder builder) {
        this.workers = builder.workers;
        this.clock = builder.clock;
        this.ticker = builder.ticker;
        this.executor = Executors.newFixedThreadPool(builder.workers, builder.threads);
    }

    /**
     * Begins with the defaults: as many workers as processors, daemon threads, the system's clock.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The choices. Not safe for use by many threads. */
    public static final class Builder {
        private int workers = Runtime.getRuntime().availableProcessors();
        private InstantSource clock = InstantSource.system();
        private LongSupplier ticker = System::nanoTime;
        private ThreadFactory threads = defaultThreads();

        private Builder() {}

        /**
         * How many frames are worked on at once, over all operations that share the runtime.
         *
         * @param count 1 to 256
         * @return this builder
         */
        public Builder workers(int count) {
            if (count < 1 || count > 256) {
                throw new IllegalArgumentException("1 to 256 workers, not " + count);
            }
            this.workers = count;
            return this;
        }

        /**
         * Where labels and records take the time from.
         *
         * @param source the clock
         * @return this builder
         */
        public Builder clock(InstantSource source) {
            this.clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Where the time that passes is measured: how long another's lease has been silent, and when the own one is renewed.
         *
         * @param nanoseconds of a clock that never goes back, as {@link System#nanoTime()}
         * @return this builder
         */
        public Builder ticker(LongSupplier nanoseconds) {
            this.ticker = Objects.requireNonNull(nanoseconds, "nanoseconds");
            return this;
        }

        /**
         * What makes the worker threads.
         *
         * @param factory the factory
         * @return this builder
         */
        public Builder threadFactory(ThreadFactory factory) {
            this.threads = Objects.requireNonNull(factory, "factory");
            return this;
        }

        /**
         * Makes the runtime; threads start with the first operation.
         *
         * @return the runtime; the caller closes it
         */
        public PgBackupRuntime build() {
            return new PgBackupRuntime(this);
        }

        private static ThreadFactory defaultThreads() {
            AtomicInteger count = new AtomicInteger();
            return task -> {
                Thread thread = new Thread(task, "pgbackup-worker-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            };
        }
    }

    /**
     * How many frames are worked on at once.
     *
     * @return 1 to 256
     */
    public int workers() {
        return workers;
    }

    /**
     * The clock.
     *
     * @return where labels and records take the time from
     */
    public InstantSource clock() {
        return clock;
    }

    /**
     * The monotonic clock.
     *
     * @return nanoseconds, with an origin of its own
     */
    public LongSupplier ticker() {
        return ticker;
    }

    /**
     * The workers; for the engine.
     *
     * @return runs at most {@link #workers()} tasks at once
     */
    public ExecutorService executor() {
        return executor;
    }

    /** Interrupts what still runs and lets the threads end. Idempotent. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
