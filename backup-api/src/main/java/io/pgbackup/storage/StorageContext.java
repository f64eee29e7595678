package io.pgbackup.storage;

import java.time.InstantSource;
import java.util.Objects;

/**
 * What the engine lends to a provider.
 *
 * @param clock the time; providers ask it instead of the system
 */
public record StorageContext(InstantSource clock) {
    /** Checks that everything is there. */
    public StorageContext {
        Objects.requireNonNull(clock, "clock");
    }

    /**
     * A context with the system's clock.
     *
     * @return the context
     */
    public static StorageContext system() {
        return new StorageContext(InstantSource.system());
    }
}
