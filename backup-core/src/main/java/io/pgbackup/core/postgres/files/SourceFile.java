package io.pgbackup.core.postgres.files;

import java.nio.ByteBuffer;

/** An open file of a cluster. Reads are positional and always reach the file. Safe for use by many threads until closed. */
public interface SourceFile extends AutoCloseable {
    /**
     * Reads until the buffer is full or the file ends.
     *
     * @param position of the first byte wanted; may be behind the end
     * @param into filled from its position to its limit, its position moved behind the last byte read
     * @return bytes read; fewer than wanted only if the file ends there, 0 at or behind its end
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} on every failure to read; never a short answer instead
     * @throws io.pgbackup.error.OperationCancelledException if the thread is interrupted; the file is closed then
     */
    int read(long position, ByteBuffer into);

    /**
     * The size now, which may change while the server runs.
     *
     * @return bytes
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} if it cannot be told
     */
    long size();

    /** Closes the file. Idempotent; never fails, because nothing was written. */
    @Override
    void close();
}
