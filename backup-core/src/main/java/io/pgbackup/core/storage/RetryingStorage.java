package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one retry layer. Only {@link StorageUnavailableException} is retried; any other failure is the answer.
 *
 * <p><b>create</b>: if an earlier attempt may have been carried out although its reply was lost, "exists" is not the last word: the
 * stored object is compared with the payload by size and by its first {@value StoredObjectCheck#COMPARED_BYTES} bytes, where our objects
 * carry a random salt. Equal means that it is ours. "Exists" at the first attempt is always somebody else's object.
 *
 * <p><b>read</b>: the stream resumes at its offset after a failure or an early end, see {@link ResumingInputStream}.
 *
 * <p><b>delete</b>: only the keys that failed because the store was unavailable are sent again.
 *
 * <p>An interrupt ends waiting at once: the flag stays set and {@link StorageUnavailableException} is thrown.
 */
public final class RetryingStorage extends ForwardingStorage {
    private final Storage delegate;
    private final Retries retries;

    /**
     * Decorates a storage that does not retry by itself.
     *
     * @param delegate does the work; owned by this object from now on
     * @param policy how often and how long
     * @param timing where time, waiting and chance come from
     * @param listener hears of failed attempts
     */
    public RetryingStorage(Storage delegate, RetryPolicy policy, RetryTiming timing, RetryListener listener) {
        super(delegate);
        this.delegate = delegate;
        this.retries = new Retries(policy, timing, listener);
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        retries.run("create " + key, attempt -> {
            try {
                delegate.create(key, payload, attributes);
            } catch (ObjectExistsException e) {
                if (attempt == 1 || !StoredObjectCheck.holds(delegate, key, payload)) {
                    throw e;
                }
            }
            return key;
        });
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        InputStream first = retries.run("read " + key, attempt -> delegate.read(key, range));
        return new ResumingInputStream(delegate, retries, key, range, first);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return retries.run("stat " + key, attempt -> delegate.stat(key));
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        return retries.run("list '" + prefix + "'", attempt -> delegate.list(prefix));
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        Set<ObjectKey> remaining = new LinkedHashSet<>(keys);
        Map<ObjectKey, StorageException> failures = new HashMap<>();
        Retries.Attempts attempts = retries.begin("delete " + describe(remaining));
        while (true) {
            try {
                Optional<StorageUnavailableException> unavailable = deleteOnce(remaining, failures);
                if (unavailable.isEmpty()) {
                    return new DeleteReport(failures);
                }
                if (!mayRepeat(attempts, unavailable.get())) {
                    return new DeleteReport(failures);
                }
            } catch (StorageUnavailableException e) {
                attempts.waitAfter(e);
            }
        }
    }

    /** Sends what remains, notes the failures, and leaves those worth another attempt in {@code remaining}. */
    private Optional<StorageUnavailableException> deleteOnce(
            Set<ObjectKey> remaining, Map<ObjectKey, StorageException> failures) throws StorageException {
        DeleteReport report = delegate.delete(Set.copyOf(remaining));
        failures.keySet().removeAll(remaining);
        failures.putAll(report.failures());
        remaining.removeIf(key -> !(report.failures().get(key) instanceof StorageUnavailableException));
        return remaining.stream()
                .map(key -> (StorageUnavailableException) report.failures().get(key))
                .findFirst();
    }

    private static boolean mayRepeat(Retries.Attempts attempts, StorageUnavailableException failure) {
        try {
            attempts.waitAfter(failure);
            return true;
        } catch (StorageUnavailableException e) {
            // The other keys are gone: the report, not an exception, tells which ones are left.
            return false;
        }
    }

    private static String describe(Set<ObjectKey> keys) {
        return keys.size() == 1 ? keys.iterator().next().toString() : keys.size() + " objects";
    }
}
