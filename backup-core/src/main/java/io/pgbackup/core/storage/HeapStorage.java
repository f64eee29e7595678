package io.pgbackup.core.storage;

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
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects on the heap. Closing one storage leaves them to the others that share them. Safe for use by many threads. */
final class HeapStorage implements Storage {
    private final String name;
    private final Objects objects;
    private final InstantSource clock;
    private volatile boolean closed;

    HeapStorage(String name, Objects objects, InstantSource clock) {
        this.name = name;
        this.objects = objects;
        this.clock = clock;
    }

    /** What storages of one name share. */
    static final class Objects {
        private final ConcurrentNavigableMap<ObjectKey, Stored> byKey = new ConcurrentSkipListMap<>();
    }

    private record Stored(ObjectInfo info, byte[] bytes) {}

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        if (attributes.lock().isPresent() || attributes.legalHold()) {
            throw new StorageFaultException("cannot create " + key + ": memory cannot lock objects");
        }
        if (payload.size() > Integer.MAX_VALUE / 2) {
            throw new StorageFaultException("cannot create " + key + ": " + payload.size() + " bytes are too many");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) payload.size());
        try {
            PayloadTransfer.copy(key, payload, bytes);
        } catch (IOException e) {
            throw new StorageFaultException("cannot create " + key + ": " + e, e);
        }
        Instant created = clock.instant();
        Stored stored = new Stored(new ObjectInfo(key, bytes.size(), created), bytes.toByteArray());
        if (objects.byKey.putIfAbsent(key, stored) != null) {
            throw new ObjectExistsException("cannot create " + key + ": it exists in " + this);
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        Stored stored = objects.byKey.get(key);
        if (stored == null) {
            throw new ObjectNotFoundException("there is no object " + key + " in " + this);
        }
        try {
            int length = (int) range.lengthWithin(stored.bytes.length);
            return new ByteArrayInputStream(stored.bytes, (int) range.offset(), length);
        } catch (IndexOutOfBoundsException e) {
            throw new StorageFaultException("cannot read " + key + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) {
        requireOpen();
        return Optional.ofNullable(objects.byKey.get(key)).map(Stored::info);
    }

    @Override
    public Listing list(ObjectPrefix prefix) {
        requireOpen();
        List<ObjectInfo> found = new ArrayList<>();
        SortedSet<ObjectPrefix> deeper = new TreeSet<>();
        int skipped = prefix.equals(ObjectPrefix.root()) ? 0 : prefix.toString().length() + 1;
        for (Stored stored : objects.byKey.values()) {
            ObjectKey key = stored.info.key();
            if (prefix.contains(key)) {
                int slash = key.toString().indexOf('/', skipped);
                if (slash < 0) {
                    found.add(stored.info);
                } else {
                    deeper.add(ObjectPrefix.of(key.toString().substring(0, slash)));
                }
            }
        }
        return new Listing(found, List.copyOf(deeper));
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) {
        requireOpen();
        keys.forEach(objects.byKey::remove);
        return DeleteReport.complete();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage " + this + " is closed");
        }
    }

    /** The location, for messages. */
    @Override
    public String toString() {
        return "memory:" + name;
    }
}
