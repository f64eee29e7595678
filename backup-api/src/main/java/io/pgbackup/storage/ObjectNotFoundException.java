package io.pgbackup.storage;

import org.jspecify.annotations.Nullable;

/** The store said that the object does not exist. Never used for any other failure. */
public final class ObjectNotFoundException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public ObjectNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public ObjectNotFoundException(String message) {
        this(message, null);
    }
}
