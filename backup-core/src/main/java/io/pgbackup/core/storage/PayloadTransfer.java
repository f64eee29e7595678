package io.pgbackup.core.storage;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies a payload to where it is kept, and refuses one that lies about its size. */
final class PayloadTransfer {
    private static final int BUFFER_BYTES = 256 * 1024;

    private PayloadTransfer() {}

    /**
     * Copies all bytes. A failure of the target is thrown as it is; one of the payload is a {@link StorageFaultException}, because the
     * store is not to blame and another attempt would meet the same payload.
     */
    static void copy(ObjectKey key, Payload payload, OutputStream target) throws StorageException, IOException {
        long size = payload.size();
        try (InputStream bytes = open(key, payload)) {
            if (bytes.getClass() == ByteArrayInputStream.class && bytes.available() == size) {
                // Hands the array over in one piece instead of copying it through a buffer.
                bytes.transferTo(target);
                return;
            }
            byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, size + 1)];
            long copied = 0;
            for (int read = read(key, bytes, buffer); read >= 0; read = read(key, bytes, buffer)) {
                copied += read;
                if (copied > size) {
                    throw new StorageFaultException(
                            "cannot create " + key + ": the payload has more than its " + size + " bytes");
                }
                target.write(buffer, 0, read);
            }
            if (copied < size) {
                throw new StorageFaultException(
                        "cannot create " + key + ": the payload has only " + copied + " of its " + size + " bytes");
            }
        }
    }

    private static InputStream open(ObjectKey key, Payload payload) throws StorageException {
        try {
            return payload.open();
        } catch (IOException e) {
            throw unreadable(key, e);
        }
    }

    private static int read(ObjectKey key, InputStream bytes, byte[] buffer) throws StorageException {
        try {
            return bytes.read(buffer);
        } catch (IOException e) {
            throw unreadable(key, e);
        }
    }

    private static StorageException unreadable(ObjectKey key, IOException failure) {
        String message = "cannot create " + key + ": its payload cannot be read: " + failure;
        // A spool file is closed under an interrupted thread: that says nothing about the payload.
        return Thread.currentThread().isInterrupted()
                ? new StorageUnavailableException(message, failure)
                : new StorageFaultException(message, failure);
    }
}
