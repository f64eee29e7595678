package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up a storage that does not answer: each call runs on a thread of its own, so that a caller who has others to serve is never held up longer than
 * its patience. The call that was given up is interrupted, and may still be carried out later. Stands outside the retry layer, whose attempts all count.
 */
public final class PatientStorage extends ForwardingStorage {
    private static final Logger LOG = LoggerFactory.getLogger(PatientStorage.class);
    private static final int READ_SIZE = 64 * 1024;
    private static final long LOOK_MILLISECONDS = 100;

    private final Storage delegate;
    private final Supplier<Duration> patience;
    private final ExecutorService threads;

    /**
     * Decorates a storage.
     *
     * @param delegate does the work; owned by this object from now on
     * @param patience how long a call may take; asked again and again while waiting, so it may change
     */
    public PatientStorage(Storage delegate, Supplier<Duration> patience) {
        super(delegate);
        this.delegate = delegate;
        this.patience = patience;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "pgbackup-storage");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        call("create " + key, () -> {
            delegate.create(key, payload, attributes);
            return key;
        });
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        Opening opening = new Opening();
        try {
            InputStream stream = call("read " + key, () -> opening.opened(delegate.read(key, range)));
            return new BufferedInputStream(new PatientStream(key, stream), READ_SIZE);
        } catch (StorageException | RuntimeException e) {
            opening.giveUp();
            throw e;
        }
    }

    /** A stream that may be opened only when nobody waits for it any more: then it is closed at once. */
    private static final class Opening {
        private final AtomicReference<@Nullable InputStream> stream = new AtomicReference<>();
        private volatile boolean givenUp;

        InputStream opened(InputStream opened) {
            stream.set(opened);
            if (givenUp) {
                closeUnused();
            }
            return opened;
        }

        void giveUp() {
            givenUp = true;
            closeUnused();
        }

        private void closeUnused() {
            try (InputStream unused = stream.getAndSet(null)) {
                LOG.debug("a stream that nobody waits for is closed: {}", unused);
            } catch (IOException e) {
                LOG.debug("a stream that nobody waits for could not be closed", e);
            }
        }
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return call("stat " + key, () -> delegate.stat(key));
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        return call("list '" + prefix + "'", () -> delegate.list(prefix));
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        return call("delete " + keys.size() + " objects", () -> delegate.delete(keys));
    }

    @Override
    public OptionalLong usableBytes() throws StorageException {
        return delegate instanceof FreeSpace space ? call("ask for space", space::usableBytes) : OptionalLong.empty();
    }

    /** Closes the storage, or leaves that to a thread if it takes too long. Idempotent. */
    @Override
    public void close() {
        if (threads.isShutdown()) {
            return;
        }
        try {
            call("close", () -> {
                delegate.close();
                return delegate;
            });
        } catch (StorageException e) {
            // What does not even close is left alone.
            return;
        } finally {
            threads.shutdownNow();
        }
    }

    private <T> T call(String what, Callable<T> body) throws StorageException {
        try {
            return within(what, body);
        } catch (IOException e) {
            throw new StorageUnavailableException(what + " broke off: " + e, e);
        }
    }

    private <T> T within(String what, Callable<T> body) throws StorageException, IOException {
        Future<T> future = begin(body);
        try {
            return settled(what, future);
        } finally {
            future.cancel(true);
        }
    }

    private <T> Future<T> begin(Callable<T> body) {
        try {
            return threads.submit(body);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the storage is closed", e);
        }
    }

    private <T> T settled(String what, Future<T> future) throws StorageException, IOException {
        try {
            return await(what, future, System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException("interrupted: " + what, e);
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    private <T> T await(String what, Future<T> future, long begin)
            throws InterruptedException, ExecutionException, StorageUnavailableException {
        while (true) {
            Duration limit = patience.get();
            Duration left = limit.minusNanos(System.nanoTime() - begin);
            try {
                long look = Math.min(LOOK_MILLISECONDS, Math.max(0, left.toMillis()));
                return future.get(look, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (left.isNegative() || left.isZero()) {
                    throw new StorageUnavailableException("no answer within " + limit + ": " + what, e);
                }
            }
        }
    }

    private static RuntimeException rethrown(ExecutionException failure) throws StorageException, IOException {
        Throwable cause = failure.getCause();
        if (cause instanceof IOException known) {
            throw known;
        }
        if (cause instanceof StorageException known) {
            throw known;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }

    /** One call of a stream. */
    @FunctionalInterface
    private interface StreamCall<T> {
        T run() throws StorageException, IOException;
    }

    /** Reads into a buffer of its own, because a read that was given up may still write into it. */
    private final class PatientStream extends InputStream {
        private final ObjectKey key;
        private final InputStream stream;

        PatientStream(ObjectKey key, InputStream stream) {
            this.key = key;
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            byte[] bytes = callStream("read on in " + key, () -> {
                byte[] buffer = new byte[Math.min(length, READ_SIZE)];
                int read = stream.read(buffer);
                return read < 0 ? new byte[0] : Arrays.copyOf(buffer, read);
            });
            System.arraycopy(bytes, 0, into, offset, bytes.length);
            return bytes.length == 0 && length > 0 ? -1 : bytes.length;
        }

        /** Is never taken back, also when nobody can wait for it. */
        @Override
        public void close() throws IOException {
            Future<ObjectKey> closing = begin(() -> {
                stream.close();
                return key;
            });
            translated(() -> settled("close " + key, closing));
        }

        private <T> T callStream(String what, Callable<T> body) throws IOException {
            return translated(() -> within(what, body));
        }

        private <T> T translated(StreamCall<T> call) throws IOException {
            try {
                return call.run();
            } catch (StorageException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
