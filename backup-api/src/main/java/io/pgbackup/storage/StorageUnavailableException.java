package io.pgbackup.storage;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store could not be reached, was overloaded or broke off. The same request may succeed later; the outcome of a create is unknown. */
public final class StorageUnavailableException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /**
     * A failure.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     * @param retryAfter how long the store asked to wait, or null
     */
    public StorageUnavailableException(String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /**
     * A failure after which the store named no time to wait.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public StorageUnavailableException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
