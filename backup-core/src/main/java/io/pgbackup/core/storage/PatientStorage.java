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
import java.util.function.Supplier;

/**
 * Gives up a storage that does not answer: each call runs on a thread of its own, so that a caller who has others to serve is never held up longer than
 * its patience. The call that was given up is interrupted, and may still be carried out later. Stands outside the retry layer, whose attempts all count.
 */
public final class PatientStorage extends ForwardingStorage {
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
        InputStream stream = call("read " + key, () -> delegate.read(key, range));
        return new BufferedInputStream(new PatientStream(key, stream), READ_SIZE);
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
        Future<T> future;
        try {
            future = threads.submit(body);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the storage is closed", e);
        }
        long begin = System.nanoTime();
        try {
            return await(what, future, begin);
        } catch (InterruptedException e) {
            future.cancel(true);
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
                    future.cancel(true);
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

        @Override
        public void close() throws IOException {
            callStream("close " + key, () -> {
                stream.close();
                return key;
            });
        }

        private <T> T callStream(String what, Callable<T> body) throws IOException {
            try {
                return within(what, body);
            } catch (StorageException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
