package io.pgbackup.storage;

import java.util.OptionalLong;

/** Implemented by a {@link Storage} whose space is bounded and known, such as a directory. Decorators pass it on. */
public interface FreeSpace {
    /**
     * How much more can be stored.
     *
     * @return bytes; empty if the store cannot tell
     * @throws StorageException if it could not be asked
     */
    OptionalLong usableBytes() throws StorageException;
}
