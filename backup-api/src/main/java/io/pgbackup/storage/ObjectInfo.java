package io.pgbackup.storage;

import java.time.Instant;
import java.util.Objects;

/**
 * Facts about a stored object.
 *
 * @param key its name
 * @param size its size in bytes
 * @param created when it was created, by the store's clock
 */
public record ObjectInfo(ObjectKey key, long size, Instant created) {
    /** Checks that the facts are complete. */
    public ObjectInfo {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(created, "created");
        if (size < 0) {
            throw new IllegalArgumentException("size of " + key + " is " + size);
        }
    }
}
