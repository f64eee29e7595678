package io.pgbackup.gcs;

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
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;

/** Objects in a bucket of Google Cloud Storage. Keeps connections only while requests run, and a moment longer for the next one. */
final class GcsStorage implements Storage {
    private final GcsLocation location;
    private final Creation creation;
    private final Reading reading;
    private final Listings listings;
    private final Deletion deletion;
    private volatile boolean closed;

    GcsStorage(GcsLocation location, Gcs config, InstantSource clock) {
        Transports transports = new Transports(config.connection());
        GcsClient initializer = GcsClient.of(config, transports, clock);
        com.google.api.services.storage.Storage client = initializer.build(transports);
        GcsErrors errors = new GcsErrors(location, clock);
        GcsBucket bucket = new GcsBucket(client, location, errors);
        this.location = location;
        this.creation = new Creation(client, location, config.objects(), errors);
        this.reading = new Reading(client, location, config.objects(), errors, bucket);
        this.listings = new Listings(client, location, errors, bucket, reading);
        this.deletion = new Deletion(client, initializer, location, errors, bucket);
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        creation.create(key, payload, attributes);
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        return reading.read(key, range);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        requireOpen();
        return reading.stat(key);
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        return listings.list(prefix);
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) {
        requireOpen();
        return deletion.delete(keys);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage " + location + " is closed");
        }
    }

    @Override
    public String toString() {
        return location.toString();
    }
}
