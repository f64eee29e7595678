package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.storage.StorageErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Where whole files of the log are: in an archive, or waiting for it. They leave the one place when they have come to the other, so who finds neither looks once more. Immutable.
 *
 * @param archive of one identity
 * @param waiting for it
 */
public record LogSource(WalArchive archive, WaitingWal waiting) {
    /**
     * Opens a file.
     *
     * @param name of the file
     * @return its content; empty if (and only if) it is nowhere
     */
    public Optional<InputStream> open(WalFileName name) {
        return archive.open(name).or(() -> waiting.open(name)).or(() -> archive.open(name));
    }

    /**
     * Copies a file to a stream.
     *
     * @param name of the file
     * @param target not closed; its failures come back as they are
     * @return false if (and only if) it is nowhere
     * @throws IOException if the target fails
     */
    public boolean copyTo(WalFileName name, OutputStream target) throws IOException {
        return archive.copyTo(name, target) || copied(name, target) || archive.copyTo(name, target);
    }

    private boolean copied(WalFileName name, OutputStream target) throws IOException {
        Optional<InputStream> content = waiting.open(name);
        if (content.isEmpty()) {
            return false;
        }
        try (InputStream in = content.get()) {
            in.transferTo(target);
            return true;
        }
    }

    /**
     * That a file is nowhere, although it was a moment ago.
     *
     * @param name of the file
     * @return to be thrown
     */
    public RuntimeException missing(WalFileName name) {
        return archive.repository().missing(archive.layout().file(name));
    }

    /**
     * What a failed reading of a file means.
     *
     * @param name of the file
     * @param cause of the failure
     * @return to be thrown
     */
    public RuntimeException unreadable(WalFileName name, IOException cause) {
        return StorageErrors.translate(
                cause, archive.layout().file(name), archive.repository().name());
    }
}
