package io.pgbackup.storage.testkit;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A storage in memory that is stricter than real ones: it knows every stream it opened and who opened it, lets no stream be read by two
 * threads at once, and remembers the attributes of each object. Several clients may share one store. Safe for use by many threads.
 */
public final class MemoryStorage implements Storage {
    private final Map<ObjectKey, Stored> objects;
    private final OpenStreams streams;
    private final InstantSource clock;
    private final boolean locks;
    private volatile boolean closed;

    private record Stored(ObjectInfo info, byte[] bytes, ObjectAttributes attributes) {}

    private MemoryStorage(Map<ObjectKey, Stored> objects, OpenStreams streams, InstantSource clock, boolean locks) {
        this.objects = objects;
        this.locks = locks;
        this.streams = streams;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * An empty store.
     *
     * @param clock gives objects their creation times
     */
    public MemoryStorage(InstantSource clock) {
        this(new ConcurrentHashMap<>(), new OpenStreams(), clock, false);
    }

    /** An empty store with the system's clock. */
    public MemoryStorage() {
        this(InstantSource.system());
    }

    /**
     * An empty store that honours locks: until its time has come, a locked object cannot be deleted by anybody.
     *
     * @param clock gives objects their creation times, and ends locks
     * @return the store
     */
    public static MemoryStorage locking(InstantSource clock) {
        return new MemoryStorage(new ConcurrentHashMap<>(), new OpenStreams(), clock, true);
    }

    /**
     * Another client of the same store; closed by itself.
     *
     * @return the client
     */
    public MemoryStorage anotherClient() {
        return new MemoryStorage(objects, streams, clock, locks);
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        if (!locks && attributes.lock().isPresent() || attributes.legalHold()) {
            throw new StorageFaultException("cannot create " + key + ": this memory locks nothing");
        }
        byte[] bytes = contentOf(key, payload);
        Stored stored = new Stored(new ObjectInfo(key, bytes.length, clock.instant()), bytes, attributes);
        if (objects.putIfAbsent(key, stored) != null) {
            throw new ObjectExistsException("cannot create " + key + ": it exists");
        }
    }

    private static byte[] contentOf(ObjectKey key, Payload payload) throws StorageFaultException {
        try (InputStream stream = payload.open()) {
            byte[] bytes = stream.readAllBytes();
            if (bytes.length != payload.size()) {
                throw new StorageFaultException("cannot create " + key + ": the payload has " + bytes.length
                        + " bytes, not its size of " + payload.size());
            }
            return bytes;
        } catch (IOException e) {
            throw new StorageFaultException("cannot create " + key + ": its payload cannot be read: " + e, e);
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        Stored stored = objects.get(key);
        if (stored == null) {
            throw new ObjectNotFoundException("there is no object " + key);
        }
        try {
            int length = Math.toIntExact(range.lengthWithin(stored.bytes.length));
            return streams.open(key, stored.bytes, (int) range.offset(), length);
        } catch (IndexOutOfBoundsException e) {
            throw new StorageFaultException("cannot read " + key + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) {
        requireOpen();
        return Optional.ofNullable(objects.get(key)).map(Stored::info);
    }

    @Override
    public Listing list(ObjectPrefix prefix) {
        requireOpen();
        List<ObjectInfo> found = new ArrayList<>();
        SortedSet<ObjectPrefix> deeper = new TreeSet<>();
        int skipped = prefix.equals(ObjectPrefix.root()) ? 0 : prefix.toString().length() + 1;
        objects.forEach((key, stored) -> {
            if (prefix.contains(key)) {
                String rest = key.toString().substring(skipped);
                if (rest.contains("/")) {
                    deeper.add(prefix.resolve(rest.substring(0, rest.indexOf('/'))));
                } else {
                    found.add(stored.info);
                }
            }
        });
        found.sort(Comparator.comparing(ObjectInfo::key));
        return new Listing(found, List.copyOf(deeper));
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) {
        requireOpen();
        Map<ObjectKey, StorageException> failures = new HashMap<>();
        for (ObjectKey key : keys) {
            Optional<Instant> until =
                    attributesOf(key).flatMap(ObjectAttributes::lock).map(ObjectAttributes.Lock::until);
            if (until.filter(clock.instant()::isBefore).isPresent()) {
                failures.put(
                        key,
                        new StorageDeniedException("cannot delete " + key + ": it is locked until " + until.get()));
            } else {
                objects.remove(key);
            }
        }
        return new DeleteReport(failures);
    }

    /**
     * The attributes an object was created with.
     *
     * @param key which object
     * @return empty if there is no such object
     */
    public Optional<ObjectAttributes> attributesOf(ObjectKey key) {
        return Optional.ofNullable(objects.get(key)).map(Stored::attributes);
    }

    /**
     * All keys of the store.
     *
     * @return sorted
     */
    public List<ObjectKey> keys() {
        return objects.keySet().stream().sorted().toList();
    }

    /** Fails if a stream of this store, by whatever client, is not closed; the failure shows where it was opened. */
    public void assertNothingOpen() {
        streams.assertNothingOpen();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this client of the memory storage is closed");
        }
    }

    @Override
    public String toString() {
        return "memory of " + objects.size() + " objects";
    }
}
