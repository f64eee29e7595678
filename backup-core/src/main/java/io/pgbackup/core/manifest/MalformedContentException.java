package io.pgbackup.core.manifest;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that are authentic but not what the format says. Whoever knows the object translates it into
 * {@link io.pgbackup.error.ErrorCode#REPOSITORY_DAMAGED}.
 */
public final class MalformedContentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A violation of the format.
     *
     * @param message what is wrong
     */
    public MalformedContentException(@Nullable String message) {
        super(message);
    }
}
