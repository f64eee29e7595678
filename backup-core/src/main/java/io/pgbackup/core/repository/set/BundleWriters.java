package io.pgbackup.core.repository.set;

import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The bundles of one set while they are being written: a fixed number of buffers, half of them being filled by workers while the others are on
 * their way into the store. Memory is the number of buffers times {@link #CAPACITY}. Safe for use by many threads.
 */
public final class BundleWriters implements AutoCloseable {
    /** Most bytes of a bundle, and of each buffer. */
    public static final int CAPACITY = 16 << 20;

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final OpenRepository repository;
    private final SetLayout layout;
    private final BlockingQueue<BundleWriter> idle;
    private final List<ObjectSealer> sealers = new ArrayList<>();
    private final BlockingQueue<ObjectSealer> free;
    private final ExecutorService uploads;
    private final int workers;
    private final int capacity;
    private final Supplier<Duration> patience;
    private final AtomicInteger nextSequence = new AtomicInteger();
    private final AtomicLong stored = new AtomicLong();
    private final Set<BundleRef> durable = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

    /**
     * For one set that waits for its store as long as it takes.
     *
     * @param repository where
     * @param layout of the set
     * @param workers how many write at once
     */
    public BundleWriters(OpenRepository repository, SetLayout layout, int workers) {
        this(repository, layout, workers, CAPACITY, () -> FOR_EVER);
    }

    /**
     * For one set.
     *
     * @param repository where
     * @param layout of the set
     * @param workers how many write at once
     * @param capacity most bytes of a bundle, up to {@link #CAPACITY}
     * @param patience how long a worker waits until a bundle is stored; asked again and again
     */
    public BundleWriters(
            OpenRepository repository, SetLayout layout, int workers, int capacity, Supplier<Duration> patience) {
        this.capacity = capacity;
        this.repository = repository;
        this.layout = layout;
        this.workers = workers;
        this.patience = patience;
        this.idle = new ArrayBlockingQueue<>(workers);
        this.free = new ArrayBlockingQueue<>(2 * workers);
        for (int index = 0; index < 2 * workers; index++) {
            ObjectSealer sealer = repository.newSealer(capacity);
            sealers.add(sealer);
            free.add(sealer);
        }
        for (int index = 0; index < workers; index++) {
            idle.add(new BundleWriter(this));
        }
        this.uploads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "pgbackup-upload");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Lends a writer; there is one for each worker.
     *
     * @return to be given {@linkplain #giveBack back}
     * @throws InterruptedException if interrupted while waiting
     */
    public BundleWriter borrow() throws InterruptedException {
        return idle.take();
    }

    /**
     * Takes a writer back.
     *
     * @param writer one that was borrowed
     */
    public void giveBack(BundleWriter writer) {
        idle.add(writer);
    }

    int capacity() {
        return capacity;
    }

    ObjectSealer takeBuffer() {
        long begin = System.nanoTime();
        try {
            while (true) {
                requireNoFailure();
                ObjectSealer sealer = free.poll(100, TimeUnit.MILLISECONDS);
                if (sealer != null) {
                    return sealer;
                }
                requirePatience(begin);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationCancelledException(
                    ErrorCode.CANCELLED,
                    "interrupted while waiting for a bundle to be stored",
                    "call again; nothing of this backup is listed",
                    e);
        }
    }

    private void requirePatience(long begin) {
        Duration limit = patience.get();
        if (limit.minusNanos(System.nanoTime() - begin).isNegative()) {
            throw new RepositoryException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "repository " + repository.name() + " is too slow: no bundle was stored within " + limit,
                    "back up into a slow repository alone, or copy backups to it later");
        }
    }

    BundleRef begin(ObjectSealer sealer) {
        int sequence = nextSequence.getAndIncrement();
        ObjectHeader header = sealer.begin(layout.bundle(sequence), HeaderKind.BUNDLE);
        return new BundleRef(sequence, header.encode());
    }

    void store(BundleRef bundle, ObjectSealer sealer) {
        uploads.execute(() -> {
            try {
                ObjectKey key = layout.bundle(bundle.sequence());
                if (!repository.create(key, HeaderKind.BUNDLE, sealer.payload())) {
                    throw repository.malformed(key, new IllegalStateException("it exists already"));
                }
                stored.addAndGet(sealer.size());
                durable.add(bundle);
                free.add(sealer);
            } catch (RuntimeException e) {
                // The buffer is not used again: a call that was given up may still be reading it.
                failure.compareAndSet(null, e);
            } catch (Error e) {
                failure.compareAndSet(null, new IllegalStateException("storing failed: " + e, e));
                throw e;
            }
        });
    }

    /**
     * Whether bundles are durable.
     *
     * @param bundles of this set
     * @return true if all are
     */
    public boolean areDurable(Set<BundleRef> bundles) {
        requireNoFailure();
        return durable.containsAll(bundles);
    }

    /**
     * Stores what is in the buffers and waits until all of it is durable. No worker may be writing.
     *
     * @param heartbeat called again and again while waiting; may throw to stop
     * @throws InterruptedException if interrupted while waiting
     */
    public void flush(Runnable heartbeat) throws InterruptedException {
        List<BundleWriter> all = new ArrayList<>();
        idle.drainTo(all);
        all.forEach(BundleWriter::finish);
        idle.addAll(all);
        Set<ObjectSealer> returned = new HashSet<>();
        while (returned.size() < 2 * workers) {
            heartbeat.run();
            requireNoFailure();
            ObjectSealer sealer = free.poll(100, TimeUnit.MILLISECONDS);
            if (sealer != null) {
                returned.add(sealer);
            }
        }
        free.addAll(returned);
        requireNoFailure();
    }

    /**
     * Bytes stored so far.
     *
     * @return of durable bundles
     */
    public long storedBytes() {
        return stored.get();
    }

    private void requireNoFailure() {
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    /** Stops storing and waits until nothing more is on its way; for sets that will not be. Idempotent. */
    public void stop() {
        uploads.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = uploads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets go of buffers and threads; what was not flushed is lost. Idempotent. */
    @Override
    public void close() {
        stop();
        sealers.forEach(ObjectSealer::close);
    }
}
