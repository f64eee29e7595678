package io.pgbackup.gcs;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Objects of a bucket with object versioning as they were at a time. Reads the generations that were current then, and writes nothing. Safe for use by many threads. */
final class PastStorage implements Storage {
    /** Ranges of one object are read one after the other; what was current at a time does not change. */
    private static final int KNOWN = 10_000;

    private final GcsLocation location;
    private final Instant time;
    private final Reading reading;
    private final Generations generations;
    private final Map<ObjectKey, Optional<Generations.Found>> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectKey, Optional<Generations.Found>> eldest) {
            return size() > KNOWN;
        }
    };
    private volatile boolean closed;

    PastStorage(GcsLocation location, Gcs config, InstantSource clock, Instant time) {
        this.location = location;
        this.time = time;
        Transports transports = new Transports(config.connection());
        com.google.api.services.storage.Storage client =
                GcsClient.of(config, transports, clock).build(transports);
        GcsErrors errors = new GcsErrors(location, clock);
        this.reading = new Reading(client, location, config.objects(), errors, new GcsBucket(client, location, errors));
        this.generations = new Generations(client, location, errors, time);
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        throw readOnly("create " + key);
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        throw readOnly("delete " + keys.size() + " objects");
    }

    private StorageDeniedException readOnly(String attempted) {
        requireOpen();
        return new StorageDeniedException("cannot " + attempted + " in " + location + ": it is opened as it was at "
                + time + ", and the past cannot be changed; leave asOf out to write");
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        Generations.Found found = found(key)
                .orElseThrow(() -> new ObjectNotFoundException(
                        "cannot read " + key + " in " + location + ": there was no such object at " + time));
        if (range.length() == 0) {
            if (range.offset() > found.info().size()) {
                throw reading.beyond(key, range, found.info().size());
            }
            return InputStream.nullInputStream();
        }
        return reading.read(key, range, Optional.of(found.generation()));
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return found(key).map(Generations.Found::info);
    }

    private Optional<Generations.Found> found(ObjectKey key) throws StorageException {
        requireOpen();
        synchronized (known) {
            Optional<Generations.Found> found = known.get(key);
            if (found != null) {
                return found;
            }
        }
        Optional<Generations.Found> found = generations.of(key);
        synchronized (known) {
            known.put(key, found);
        }
        return found;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        return generations.level(prefix);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage of " + location + " is closed");
        }
    }

    /** Bucket, path and time, for messages. */
    @Override
    public String toString() {
        return location + " as of " + time;
    }
}
