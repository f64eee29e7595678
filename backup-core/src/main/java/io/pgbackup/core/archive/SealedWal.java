package io.pgbackup.core.archive;

import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A WAL file as it is to be stored: independent of the file it was made of. Closing it removes what it may have on disk. */
final class SealedWal implements AutoCloseable {
    static final Spool NO_SPOOL = () -> {};

    private final Payload payload;
    private final byte[] digest;
    private final Runnable memory;
    private final Spool spool;

    /** Removes a temporary file. */
    interface Spool {
        void remove() throws IOException;
    }

    SealedWal(Payload payload, byte[] digest, Runnable memory, Spool spool) {
        this.payload = payload;
        this.digest = digest;
        this.memory = memory;
        this.spool = spool;
    }

    Payload payload() {
        return payload;
    }

    /** Of the content, under the current key generation. */
    byte[] digest() {
        return digest;
    }

    /** The store has answered. Without an answer the memory is left alone: a call that was given up may still be reading it. */
    void answered() {
        memory.run();
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
