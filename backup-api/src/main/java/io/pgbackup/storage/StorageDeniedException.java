package io.pgbackup.storage;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store refused: credentials are missing, wrong, expired or not sufficient, or a lock forbids it. Trying again without a change is useless. */
public final class StorageDeniedException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final @Nullable FailedStep step;

    /**
     * A failure: the permission is not sufficient, or a lock forbids it.
     *
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     */
    public StorageDeniedException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    private StorageDeniedException(String message, @Nullable Throwable cause, @Nullable FailedStep step) {
        super(message, cause);
        this.step = step;
    }

    /**
     * A failure without a deeper reason.
     *
     * @param message what was attempted, on which object, and what the store said
     */
    public StorageDeniedException(String message) {
        this(message, null);
    }

    /**
     * A failure before any permission was asked for, such as credentials that are missing, wrong or expired: nothing at all is allowed.
     *
     * @param step that failed
     * @param message what was attempted, on which object, and what the store said
     * @param cause the reason, or null
     * @return the failure
     */
    public static StorageDeniedException at(FailedStep step, String message, @Nullable Throwable cause) {
        return new StorageDeniedException(message, cause, step);
    }

    @Override
    public Optional<FailedStep> failedStep() {
        return Optional.of(step == null ? FailedStep.PERMISSION : step);
    }
}
