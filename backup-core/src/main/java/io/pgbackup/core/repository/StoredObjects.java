package io.pgbackup.core.repository;

import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.SealedRecords;
import io.pgbackup.core.storage.StorageErrors;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectAttributes.Lock;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The objects of a repository as they are stored: the verbs of its storage, with failures in the words of the api. Knows no keys. Safe for use by many
 * threads.
 */
public class StoredObjects {
    /** Content of the greatest length with its frames: more is no record, whatever it says. */
    private static final int MOST_OBJECT_BYTES = SealedRecords.MAXIMUM_LENGTH + (1 << 20);

    private final String name;
    private final Storage storage;
    private final List<LockedSet> lockedSets = new CopyOnWriteArrayList<>();

    StoredObjects(String name, Storage storage) {
        this.name = name;
        this.storage = storage;
    }

    /**
     * The name users gave it.
     *
     * @return for messages and results
     */
    public String name() {
        return name;
    }

    /**
     * Creates an object.
     *
     * @param key where
     * @param kind what it is
     * @param payload sealed bytes
     * @return false if the key was taken already
     */
    public boolean create(ObjectKey key, HeaderKind kind, Payload payload) {
        try {
            storage.create(key, payload, attributes(key, kind));
            return true;
        } catch (ObjectExistsException e) {
            return false;
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /** A set whose objects the store is to keep until a time. */
    private record LockedSet(ObjectPrefix data, ObjectKey record, Lock lock) {
        boolean holds(ObjectKey key) {
            return data.contains(key) || record.equals(key);
        }
    }

    /**
     * From now on, what is created of a set is locked.
     *
     * @param data where the set is
     * @param record its commit
     * @param lock until when and how strictly
     */
    void lock(ObjectPrefix data, ObjectKey record, Lock lock) {
        lockedSets.add(new LockedSet(data, record, lock));
    }

    private ObjectAttributes attributes(ObjectKey key, HeaderKind kind) {
        ObjectAttributes attributes = ObjectAttributes.of(kind.storageKind());
        return lockedSets.stream()
                .filter(set -> set.holds(key))
                .findFirst()
                .map(set -> attributes.withLock(set.lock()))
                .orElse(attributes);
    }

    /**
     * Reads a small object as it is stored.
     *
     * @param key where
     * @return its bytes; empty if (and only if) there is no such object
     */
    public Optional<byte[]> readObject(ObjectKey key) {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            byte[] object = in.readNBytes(MOST_OBJECT_BYTES + 1);
            if (object.length > MOST_OBJECT_BYTES) {
                throw malformed(key, new IllegalArgumentException("it has more than " + MOST_OBJECT_BYTES + " bytes"));
            }
            return Optional.of(object);
        } catch (ObjectNotFoundException e) {
            return Optional.empty();
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Says that an authentic object does not follow the format.
     *
     * @param key of the object
     * @param cause what is wrong
     * @return to be thrown
     */
    public RepositoryException malformed(ObjectKey key, RuntimeException cause) {
        return new RepositoryException(
                        ErrorCode.REPOSITORY_DAMAGED,
                        "object " + key + " in repository " + name + " does not follow the format: "
                                + cause.getMessage(),
                        "it was written by a defective or newer version; verify tells what is affected",
                        cause)
                .about(key.toString());
    }

    /**
     * Reads a range of an object as it is stored.
     *
     * @param key where
     * @param offset first byte
     * @param target filled from its begin
     * @param length number of bytes
     */
    public void readStored(ObjectKey key, long offset, byte[] target, int length) {
        try (InputStream in = storage.read(key, ByteRange.of(offset, length))) {
            if (in.readNBytes(target, 0, length) < length) {
                throw new IOException("the range ended early");
            }
        } catch (StorageFaultException e) {
            requireLength(key, offset + length);
            throw StorageErrors.translate(e, key, name);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Reads the first bytes of an object as they are stored.
     *
     * @param key where
     * @param length number of bytes; a shorter object is damaged
     * @return empty if (and only if) there is no such object
     */
    public Optional<byte[]> readBegin(ObjectKey key, int length) {
        if (stat(key).isEmpty()) {
            return Optional.empty();
        }
        byte[] begin = new byte[length];
        readStored(key, 0, begin, length);
        return Optional.of(begin);
    }

    /** A range outside of an object is no failure of the store if the object is shorter than it was. */
    private void requireLength(ObjectKey key, long needed) {
        long size = stat(key).map(ObjectInfo::size).orElse(Long.MAX_VALUE);
        if (size < needed) {
            throw malformed(
                    key,
                    new IllegalArgumentException("it is cut off: " + needed + " bytes are needed, it has " + size));
        }
    }

    /**
     * Copies an object, as it is stored, to a stream.
     *
     * @param key where
     * @param target not closed
     */
    public void copyStored(ObjectKey key, OutputStream target) {
        copy(key, target, InputStream::transferTo);
    }

    /** What happens between the store and a stream. */
    interface Copy {
        void run(InputStream stored, OutputStream target) throws IOException;
    }

    final void copy(ObjectKey key, OutputStream target, Copy copy) {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            copy.run(in, target);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Lists one level.
     *
     * @param prefix where
     * @return everything below it
     */
    public Listing list(ObjectPrefix prefix) {
        try {
            return storage.list(prefix);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, prefix, name);
        }
    }

    /**
     * Looks at one object.
     *
     * @param key where
     * @return empty if (and only if) there is no such object
     */
    public Optional<ObjectInfo> stat(ObjectKey key) {
        try {
            return storage.stat(key);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Deletes objects; the first that cannot be deleted is an exception.
     *
     * @param keys missing ones are fine
     */
    public void delete(List<ObjectKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        try {
            storage.delete(keys).failures().forEach((key, failure) -> {
                throw StorageErrors.translate(failure, key, name);
            });
        } catch (StorageException e) {
            throw StorageErrors.translate(e, keys.get(0), name);
        }
    }

    /**
     * Free space, where the store can tell.
     *
     * @return bytes, or empty
     */
    public OptionalLong usableBytes() {
        try {
            return storage instanceof FreeSpace space ? space.usableBytes() : OptionalLong.empty();
        } catch (StorageException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * The storage beneath.
     *
     * @return for reading as it is stored
     */
    public Storage storage() {
        return storage;
    }
}
