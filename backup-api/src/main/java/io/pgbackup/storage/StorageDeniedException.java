package io.pgbackup.storage;

import org.jspecify.annotations.Nullable;

/** The store refused: credentials are missing, wrong, expired or not sufficient, or a lock forbids it. Trying again without a change is useless. */
public final class StorageDeniedException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public StorageDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public StorageDeniedException(String message) {
        this(message, null);
    }
}
