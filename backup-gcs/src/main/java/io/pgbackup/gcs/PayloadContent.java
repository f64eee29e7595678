package io.pgbackup.gcs;

import com.google.api.client.http.AbstractInputStreamContent;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/**
 * A payload as the body of a request, read twice: once for its digest, which the store must know before the bytes, and once to send it. A payload that
 * lies about its size is caught by the first reading, before anything is sent, and by the second.
 */
final class PayloadContent extends AbstractInputStreamContent {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final ObjectKey key;
    private final Payload payload;

    PayloadContent(ObjectKey key, Payload payload) {
        super("application/octet-stream");
        this.key = key;
        this.payload = payload;
    }

    /** Reads all bytes. */
    Digest digest() throws StorageException {
        CRC32C checksum = new CRC32C();
        try {
            copy(new OutputStream() {
                @Override
                public void write(int single) {
                    checksum.update(single);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    checksum.update(bytes, offset, length);
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("a digest takes every byte", e);
        }
        return new Digest((int) checksum.getValue());
    }

    private void copy(OutputStream target) throws StorageException, IOException {
        long size = payload.size();
        try (InputStream bytes = open()) {
            byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, size + 1)];
            long copied = 0;
            for (int read = read(bytes, buffer); read >= 0; read = read(bytes, buffer)) {
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

    private InputStream open() throws StorageException {
        try {
            return payload.open();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private int read(InputStream bytes, byte[] buffer) throws StorageException {
        try {
            return bytes.read(buffer);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException unreadable(IOException failure) {
        String message = "cannot create " + key + ": its payload cannot be read: " + failure;
        // A spool file is closed under an interrupted thread: that says nothing about the payload.
        return Thread.currentThread().isInterrupted()
                ? new StorageUnavailableException(message, failure)
                : new StorageFaultException(message, failure);
    }

    @Override
    public void writeTo(OutputStream target) throws IOException {
        try {
            copy(target);
        } catch (StorageException e) {
            throw new IOException(e.getMessage(), e);
        }
        target.flush();
    }

    @Override
    public long getLength() {
        return payload.size();
    }

    @Override
    public boolean retrySupported() {
        return false;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return payload.open();
    }
}
