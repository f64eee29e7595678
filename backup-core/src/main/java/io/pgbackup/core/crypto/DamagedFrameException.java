package io.pgbackup.core.crypto;

import org.jspecify.annotations.Nullable;

/**
 * A frame is not what was sealed under this object, number and flags. Checked, so that a room which knows the object and position
 * translates it.
 */
public final class DamagedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedFrameException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
