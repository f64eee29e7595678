package io.pgbackup.storage;

import org.jspecify.annotations.Nullable;

/** The request can never succeed as it is: a bad payload, range or configuration, or a violation of the store's protocol. */
public final class StorageFaultException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public StorageFaultException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public StorageFaultException(String message) {
        this(message, null);
    }
}
