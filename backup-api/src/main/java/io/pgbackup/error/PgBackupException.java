package io.pgbackup.error;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An operation failed. Sealed by what the caller can do; {@link #code()} is stable, {@link #hint()} says what to check or change. Messages
 * name what was attempted, on which object and where, and never hold a secret.
 */
public abstract sealed class PgBackupException extends RuntimeException
        permits ConfigurationException,
                RepositoryException,
                ClusterException,
                ConflictException,
                RestoreException,
                VerificationException,
                OperationCancelledException,
                InternalException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String hint;
    private @Nullable String operationId;

    PgBackupException(ErrorCode code, String message, String hint, @Nullable Throwable cause) {
        super(Objects.requireNonNull(message, "message"), cause);
        this.code = Objects.requireNonNull(code, "code");
        this.hint = Objects.requireNonNull(hint, "hint");
    }

    /**
     * The stable code.
     *
     * @return never changes its meaning between versions
     */
    public ErrorCode code() {
        return code;
    }

    /**
     * What a person should check or change.
     *
     * @return one or two sentences
     */
    public String hint() {
        return hint;
    }

    /**
     * Whether the same call may succeed later without anybody changing anything.
     *
     * @return true for failures of the network or the server, false otherwise
     */
    public boolean retryable() {
        return switch (code) {
            case STORAGE_UNAVAILABLE,
                    KEY_SERVICE_UNAVAILABLE,
                    CONNECTION_FAILED,
                    SESSION_LOST,
                    LEASE_HELD,
                    LEASE_LOST,
                    PLAN_OUTDATED,
                    CANCELLED -> true;
            default -> false;
        };
    }

    /**
     * The operation that failed, as in its events, job record and log lines.
     *
     * @return empty if the failure happened before an operation began
     */
    public Optional<String> operationId() {
        return Optional.ofNullable(operationId);
    }

    /**
     * Notes the operation; used by the engine once, when the exception leaves it.
     *
     * @param id of the operation
     */
    public void setOperationId(String id) {
        if (operationId == null) {
            operationId = id;
        }
    }
}
