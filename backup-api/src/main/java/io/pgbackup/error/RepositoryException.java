package io.pgbackup.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A repository cannot be used or what it holds is not intact. */
public final class RepositoryException extends PgBackupException {
    private static final long serialVersionUID = 1L;

    private @Nullable String object;

    /**
     * A failure.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     * @param cause the reason, or null
     */
    public RepositoryException(ErrorCode code, String message, String hint, @Nullable Throwable cause) {
        super(code, message, hint, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     */
    public RepositoryException(ErrorCode code, String message, String hint) {
        this(code, message, hint, null);
    }

    /**
     * Names the object it is about.
     *
     * @param key of the object
     * @return this exception
     */
    public RepositoryException about(String key) {
        object = key;
        return this;
    }

    /**
     * The object it is about.
     *
     * @return its key; empty if it is about none in particular
     */
    public Optional<String> object() {
        return Optional.ofNullable(object);
    }
}
