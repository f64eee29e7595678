package io.pgbackup.storage.testkit;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * A storage that fails as planned, around one that works. Faults are data:
 *
 * <pre>{@code
 * FaultyStorage faulty = FaultyStorage.around(new MemoryStorage());
 * faulty.on(Verb.CREATE).matching("billing/backup/*").nth(3).unavailable();
 * faulty.on(Verb.CREATE).loseReply();
 * faulty.on(Verb.READ).breakAfter(100);
 * faulty.on(Verb.LIST).always().meanwhile(latch::await);
 * ...
 * faulty.verifyAllFaultsHappened();
 * }</pre>
 *
 * <p>Faults may be planned while the storage is in use. Safe for use by many threads.
 */
public final class FaultyStorage implements Storage {
    private final Storage delegate;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    private FaultyStorage(Storage delegate) {
        this.delegate = Objects.requireNonNull(delegate, "delegate");
    }

    /**
     * A storage without faults so far.
     *
     * @param delegate does the work; owned by this object from now on
     * @return the storage
     */
    public static FaultyStorage around(Storage delegate) {
        return new FaultyStorage(delegate);
    }

    /**
     * Plans a fault: say when, if not at the first call, and then what.
     *
     * @param verb where it happens
     * @return the fault, without effect until it is told what to do
     */
    public Fault on(Verb verb) {
        Fault fault = new Fault(verb);
        faults.add(fault);
        return fault;
    }

    /** Fails if a planned fault did not happen as often as planned: then the test did not test what it says. */
    public void verifyAllFaultsHappened() {
        String missing = faults.stream()
                .filter(fault -> !fault.hasHappened())
                .map(Fault::toString)
                .collect(Collectors.joining("; "));
        if (!missing.isEmpty()) {
            throw new AssertionError("planned faults that did not happen: " + missing);
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        List<Fault> due = due(Verb.CREATE, key.toString());
        before(due, key.toString());
        delegate.create(key, payload, attributes);
        after(due, key.toString());
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        List<Fault> due = due(Verb.READ, key.toString());
        before(due, key.toString());
        InputStream stream = delegate.read(key, range);
        for (Fault fault : due) {
            stream = fault.wrap(key.toString(), stream);
        }
        after(due, key.toString());
        return stream;
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        List<Fault> due = due(Verb.STAT, key.toString());
        before(due, key.toString());
        Optional<ObjectInfo> info = delegate.stat(key);
        after(due, key.toString());
        return info;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        List<Fault> due = due(Verb.LIST, prefix.toString());
        before(due, prefix.toString());
        Listing listing = delegate.list(prefix);
        after(due, prefix.toString());
        return listing;
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        String all = keys.stream().map(ObjectKey::toString).collect(Collectors.joining("\n"));
        List<Fault> due = due(Verb.DELETE, all);
        before(due, all);
        Map<ObjectKey, StorageException> failures = new HashMap<>();
        Map<ObjectKey, List<Fault>> dueByKey = new LinkedHashMap<>();
        for (ObjectKey key : keys) {
            List<Fault> dueForKey = due(Verb.DELETE_KEY, key.toString());
            try {
                before(dueForKey, key.toString());
                dueByKey.put(key, dueForKey);
            } catch (StorageException e) {
                failures.put(key, e);
            }
        }
        failures.putAll(delegate.delete(dueByKey.keySet()).failures());
        dueByKey.forEach((key, dueForKey) -> {
            try {
                after(dueForKey, key.toString());
            } catch (StorageException e) {
                failures.put(key, e);
            }
        });
        after(due, all);
        return new DeleteReport(failures);
    }

    @Override
    public void close() {
        delegate.close();
    }

    private List<Fault> due(Verb verb, String subject) {
        List<Fault> due = new ArrayList<>();
        for (Fault fault : faults) {
            if (fault.isDue(verb, subject)) {
                due.add(fault);
            }
        }
        return due;
    }

    private static void before(List<Fault> due, String subject) throws StorageException {
        for (Fault fault : due) {
            fault.before(subject);
        }
    }

    private static void after(List<Fault> due, String subject) throws StorageException {
        for (Fault fault : due) {
            fault.after(subject);
        }
    }

    @Override
    public String toString() {
        return "faulty " + delegate;
    }
}
