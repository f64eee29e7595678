package io.pgbackup.core.archive;

import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A WAL file as it is to be stored: independent of the file it was made of. Closing it removes what it may have on disk. */
final class SealedWal implements AutoCloseable {
    static final Spool NO_SPOOL = () -> {};

    private final Payload payload;
    private final Spool spool;

    /** Removes a temporary file. */
    interface Spool {
        void remove() throws IOException;
    }

    SealedWal(Payload payload, Spool spool) {
        this.payload = payload;
        this.spool = spool;
    }

    Payload payload() {
        return payload;
    }

    @Override
    public void close() {
        try {
            spool.remove();
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file of sealed WAL cannot be removed", e);
        }
    }
}
