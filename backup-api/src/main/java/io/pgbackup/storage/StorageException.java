package io.pgbackup.storage;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A verb of {@link Storage} failed. Sealed by what the caller can do about it; the provider classifies, nobody above reads
 * messages or status codes. Messages name the object and the store's own request id where there is one, and never a secret.
 */
public abstract sealed class StorageException extends Exception
        permits ObjectNotFoundException,
                ObjectExistsException,
                StorageDeniedException,
                StorageUnavailableException,
                StorageFullException,
                StorageFaultException {
    private static final long serialVersionUID = 1L;

    StorageException(String message, @Nullable Throwable cause) {
        super(Objects.requireNonNull(message, "message"), cause);
    }

    /**
     * How long the store asked to wait before the next attempt.
     *
     * @return empty unless the store said so
     */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /**
     * How far the request came, for whoever looks for the reason.
     *
     * @return empty if the store answered something else than a refusal, or broke off
     */
    public Optional<FailedStep> failedStep() {
        return Optional.ofNullable(getCause()).flatMap(FailedStep::of);
    }
}
