package io.pgbackup.core.storage;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tells whether a stored object came from a payload, by its size and first bytes. Objects of a repository begin with a header that holds
 * 32 random bytes, so equality means "the same sealed bytes"; for objects without such a header it only means "looks the same".
 */
final class StoredObjectCheck {
    /** How many bytes from the beginning are compared. */
    static final int COMPARED_BYTES = 64;

    private StoredObjectCheck() {}

    static boolean holds(Storage storage, ObjectKey key, Payload payload) throws StorageException {
        Optional<ObjectInfo> info = storage.stat(key);
        if (info.isEmpty() || info.get().size() != payload.size()) {
            return false;
        }
        int length = (int) Math.min(COMPARED_BYTES, payload.size());
        byte[] own = beginning(key, payload, length);
        try (InputStream stored = storage.read(key, ByteRange.of(0, length))) {
            byte[] found = stored.readNBytes(length);
            if (found.length < length) {
                throw new StorageUnavailableException("the stream of " + key + " ended early", null);
            }
            return Arrays.equals(own, found);
        } catch (ObjectNotFoundException e) {
            return false;
        } catch (IOException e) {
            throw StorageErrors.ofStream(key, e);
        }
    }

    private static byte[] beginning(ObjectKey key, Payload payload, int length) throws StorageFaultException {
        try (InputStream bytes = payload.open()) {
            return bytes.readNBytes(length);
        } catch (IOException e) {
            throw new StorageFaultException("cannot read the payload of " + key + " again: " + e, e);
        }
    }
}
