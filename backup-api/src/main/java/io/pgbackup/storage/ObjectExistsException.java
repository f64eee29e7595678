package io.pgbackup.storage;

import org.jspecify.annotations.Nullable;

/** An object with this key exists already and was left as it is. */
public final class ObjectExistsException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public ObjectExistsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public ObjectExistsException(String message) {
        this(message, null);
    }
}
