package io.pgbackup.error;

import org.jspecify.annotations.Nullable;

/** Somebody else is at work, or something changed in between: look again and repeat. */
public final class ConflictException extends PgBackupException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     * @param cause the reason, or null
     */
    public ConflictException(ErrorCode code, String message, String hint, @Nullable Throwable cause) {
        super(code, message, hint, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     */
    public ConflictException(ErrorCode code, String message, String hint) {
        this(code, message, hint, null);
    }
}
