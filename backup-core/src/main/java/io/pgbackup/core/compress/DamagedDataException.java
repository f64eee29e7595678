package io.pgbackup.core.compress;

import org.jspecify.annotations.Nullable;

/** Compressed bytes are not what the codec wrote. Checked, so that a room which knows the object and position translates it. */
public final class DamagedDataException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedDataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static DamagedDataException wrongLength(CodecId codec, int expected, int actual) {
        return new DamagedDataException(
                codec.text() + " data holds " + actual + " bytes where " + expected + " were expected", null);
    }
}
