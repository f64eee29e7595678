package io.pgbackup.sftp;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;

/**
 * A file being written outside of every listing, removed when closed. What it became a hard link of stays. Nobody waits for the removal: where
 * the account may not delete, a second name of the object's file stays behind and takes no space. For use by one thread.
 */
final class PendingUpload implements AutoCloseable {
    /** What every server takes in one request. */
    private static final int PIECE_BYTES = 32 * 1024;
    /** Pieces that are sent before the server confirmed them: as many as fill the window of the usual server. */
    private static final int MOST_AHEAD = 64;

    private final SftpFiles files;
    private final String path;
    private final Answer<FileHandle> opening;
    private final Queue<Answer<SftpReply>> unconfirmed = new ArrayDeque<>();
    private boolean opened;

    private PendingUpload(SftpFiles files, String path) throws IOException {
        this.files = files;
        this.path = path;
        this.opening = files.create(path);
    }

    /** Asks for a new file in a directory, without waiting for it. */
    static PendingUpload in(SftpFiles files, String directory) throws IOException {
        return new PendingUpload(
                files, RemoteTree.below(directory, UUID.randomUUID().toString()));
    }

    String path() {
        return path;
    }

    /** Writes the whole payload and, where the server can do that, forces it to its disk. */
    void write(ObjectKey key, Payload payload) throws StorageException, IOException {
        FileHandle handle = opening.get();
        opened = true;
        try {
            writeAll(key, payload, handle);
            if (files.offers(SftpFiles.FORCE)) {
                unconfirmed.add(files.force(handle));
            }
            confirm(0);
        } finally {
            files.close(handle);
        }
    }

    private void writeAll(ObjectKey key, Payload payload, FileHandle handle) throws StorageException, IOException {
        long size = payload.size();
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, size + 1)];
        try (InputStream bytes = open(key, payload)) {
            long written = 0;
            for (int read = read(key, bytes, piece); read > 0; read = read(key, bytes, piece)) {
                if (written + read > size) {
                    throw new StorageFaultException(
                            "cannot create " + key + ": the payload has more than its " + size + " bytes");
                }
                confirm(MOST_AHEAD - 1);
                unconfirmed.add(files.write(handle, written, piece, read));
                written += read;
            }
            if (written < size) {
                throw new StorageFaultException(
                        "cannot create " + key + ": the payload has only " + written + " of its " + size + " bytes");
            }
        }
    }

    /** Waits until at most so many requests are unconfirmed, and looks at every confirmation that came. */
    private void confirm(int atMost) throws IOException {
        for (Answer<SftpReply> oldest = unconfirmed.peek();
                oldest != null && (unconfirmed.size() > atMost || oldest.isThere());
                oldest = unconfirmed.peek()) {
            unconfirmed.remove();
            oldest.get();
        }
    }

    private static InputStream open(ObjectKey key, Payload payload) throws StorageException {
        try {
            return payload.open();
        } catch (IOException e) {
            throw unreadable(key, e);
        }
    }

    private static int read(ObjectKey key, InputStream bytes, byte[] piece) throws StorageException {
        try {
            return bytes.readNBytes(piece, 0, piece.length);
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

    @Override
    public void close() throws IOException {
        try {
            if (!opened) {
                files.close(opening.get());
            }
        } catch (SftpStatusException e) {
            // It was not opened, so there is nothing to close.
            opened = true;
        } finally {
            files.remove(path);
            files.flush();
        }
    }
}
