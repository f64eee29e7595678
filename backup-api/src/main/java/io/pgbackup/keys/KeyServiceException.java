package io.pgbackup.keys;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key management service did not do what was asked, which says nothing about whether the key is the right one. Messages name the service's key and its
 * request id where there is one, and never a secret.
 */
public final class KeyServiceException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the caller can do about it. */
    public enum Reason {
        /** The service did not accept the credentials, or they may not do this with the key: somebody must grant it. */
        DENIED,
        /** The service could not be reached, was overloaded or broke off: the same request may succeed later. */
        UNAVAILABLE,
        /** The key, or the version of it that is needed, is disabled, expired, deleted, or never was: somebody must bring it back. */
        KEY_UNUSABLE,
        /** Anything else: the configuration, or a defect. */
        FAULT
    }

    private final Reason reason;
    private final @Nullable Duration retryAfter;

    /**
     * A failure.
     *
     * @param reason what the caller can do
     * @param message what was attempted with which key, and what the service said
     * @param cause the reason, or null
     * @param retryAfter how long the service asked to wait, or null
     */
    public KeyServiceException(
            Reason reason, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(Objects.requireNonNull(message, "message"), cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.retryAfter = retryAfter;
    }

    /**
     * A failure after which the service named no time to wait.
     *
     * @param reason what the caller can do
     * @param message what was attempted with which key, and what the service said
     * @param cause the reason, or null
     */
    public KeyServiceException(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, cause, null);
    }

    /**
     * What the caller can do about it.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * How long the service asked to wait before the next attempt.
     *
     * @return empty unless the service said so
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
