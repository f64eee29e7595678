package io.pgbackup.error;

import org.jspecify.annotations.Nullable;

/** The operation was cancelled by interrupt, token or deadline. What it had stored is not listed; nothing else was lost. */
public final class OperationCancelledException extends PgBackupException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     * @param cause the reason, or null
     */
    public OperationCancelledException(ErrorCode code, String message, String hint, @Nullable Throwable cause) {
        super(code, message, hint, cause);
    }

    /**
     * A failure without a deeper reason.
     *
     * @param code the stable code
     * @param message what was attempted, on which object and where
     * @param hint what to check or change
     */
    public OperationCancelledException(ErrorCode code, String message, String hint) {
        this(code, message, hint, null);
    }
}
