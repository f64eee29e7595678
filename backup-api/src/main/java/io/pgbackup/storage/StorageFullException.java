package io.pgbackup.storage;

import org.jspecify.annotations.Nullable;

/** The store has no room for the object, or its quota is used up. The request may succeed when somebody has made room. */
public final class StorageFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public StorageFullException(String message) {
        this(message, null);
    }
}
