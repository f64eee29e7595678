package io.pgbackup.core.postgres;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Reads a control file that a running server may be writing. A read is not atomic against the server's write, so one with a wrong checksum
 * is repeated (as in {@code controldata_utils.c}); what never fits is an error. Safe for use by many threads.
 */
public final class ControlFileReader {
    private static final int TRIES = 20;
    private static final Duration STEP = Duration.ofMillis(10);

    private final Pause pause;

    /**
     * A reader.
     *
     * @param pause between tries
     */
    public ControlFileReader(Pause pause) {
        this.pause = pause;
    }

    /**
     * Reads up to twenty times, 10 ms apart.
     *
     * @param source reads the file anew
     * @return the contents, checksum checked
     * @throws ClusterException as {@link ControlFile#parse}, of the last try
     */
    public ControlFile read(Supplier<byte[]> source) {
        for (int attempt = 1; ; attempt++) {
            try {
                return ControlFile.parse(source.get());
            } catch (ClusterException e) {
                if (e.code() != ErrorCode.SOURCE_UNREADABLE || attempt == TRIES) {
                    throw e;
                }
                pause.pause(STEP);
            }
        }
    }
}
