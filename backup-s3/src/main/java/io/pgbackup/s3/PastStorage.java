package io.pgbackup.s3;

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
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Objects of a bucket with versions as they were at a time. Reads the versions that stood then, and writes nothing. Safe for use by many threads.
 */
final class PastStorage implements Storage {
    private static final int LARGEST_PAGE = 1_000;
    /** Ranges of one object are read one after the other; what stood at a time does not change. */
    private static final int KNOWN = 10_000;

    private final S3Place place;
    private final Instant time;
    private final S3Clients clients;
    private final S3Requests requests;
    private final S3Errors errors;
    private final ObjectReading reading;
    private final VersionsCheck check;
    private final VersionListing listing;
    private final Map<ObjectKey, Optional<PastVersion>> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectKey, Optional<PastVersion>> eldest) {
            return size() > KNOWN;
        }
    };
    private volatile boolean closed;

    PastStorage(S3Place place, S3Store store, StorageContext context, Instant time, int pageSize) {
        this.place = place;
        this.time = time;
        this.clients = new S3Clients(store, context.clock());
        this.requests = new S3Requests(place, store.objects());
        this.errors = new S3Errors(place + " as of " + time, store.checksums(), context.clock());
        this.reading = new ObjectReading(clients, errors);
        this.check = new VersionsCheck(place, clients, errors);
        this.listing = new VersionListing(place, clients, errors, time, pageSize);
    }

    static PastStorage of(S3Place place, S3Store store, StorageContext context, Instant time) {
        if (time.isAfter(context.clock().instant())) {
            throw new IllegalArgumentException("asOf(" + time + ") lies in the future");
        }
        return new PastStorage(place, store, context, time, LARGEST_PAGE);
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
        return new StorageDeniedException("cannot " + attempted + " in " + place + ": it is opened as it was at " + time
                + ", and the past cannot be changed; leave asOf out to write");
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        PastVersion version = version(key)
                .orElseThrow(() ->
                        new ObjectNotFoundException("there was no object " + key + " in " + place + " at " + time));
        if (range.length() == 0) {
            reading.requireWithin("read " + key, range, version.size());
            return InputStream.nullInputStream();
        }
        return reading.read(
                key,
                range,
                requests.read(key, range).toBuilder().versionId(version.id()).build());
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        return version(key).map(version -> version.info(key));
    }

    private Optional<PastVersion> version(ObjectKey key) throws StorageException {
        requireOpen();
        synchronized (known) {
            Optional<PastVersion> found = known.get(key);
            if (found != null) {
                return found;
            }
        }
        check.requireVersions("stat " + key);
        Optional<PastVersion> found = listing.version(key);
        synchronized (known) {
            known.put(key, found);
        }
        return found;
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        check.requireVersions("list '" + prefix + "'");
        return listing.level(prefix);
    }

    @Override
    public void close() {
        closed = true;
        clients.close();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage of " + place + " is closed");
        }
    }

    /** Bucket, path and time, for messages. */
    @Override
    public String toString() {
        return place + " as of " + time;
    }
}
