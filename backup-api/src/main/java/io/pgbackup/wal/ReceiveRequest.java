package io.pgbackup.wal;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** How to receive the log of a server. Immutable. */
public final class ReceiveRequest {
    private static final Duration PARTIAL_AFTER = Duration.ofSeconds(5);

    private final String slot;
    private final Path directory;
    private final Options options;

    private record Options(
            String applicationName, Duration partialAfter, boolean acknowledgedOnLocalDisk, boolean overGaps) {}

    private ReceiveRequest(String slot, Path directory, Options options) {
        this.slot = slot;
        this.directory = directory;
        this.options = options;
    }

    /** Names the directory. */
    public static final class Slot {
        private final String name;

        private Slot(String name) {
            this.name = name;
        }

        /**
         * Where segments are assembled.
         *
         * @param directory of this receiver alone, on a disk with room for some segments; made if absent
         * @return the request
         */
        public ReceiveRequest in(Path directory) {
            return new ReceiveRequest(name, directory.toAbsolutePath(), new Options(name, PARTIAL_AFTER, false, false));
        }
    }

    /**
     * Begins a request.
     *
     * @param name of the physical replication slot, of this receiver alone; made if absent. A slot whose receiver is gone for good must be dropped, or the
     *     server keeps its log for ever.
     * @return names the directory
     */
    public static Slot slot(String name) {
        return new Slot(Objects.requireNonNull(name, "name"));
    }

    /**
     * By which {@code synchronous_standby_names} may list the receiver; that of the slot unless said otherwise.
     *
     * @param name any
     * @return a copy
     */
    public ReceiveRequest applicationName(String name) {
        return with(new Options(name, partialAfter(), options.acknowledgedOnLocalDisk, options.overGaps));
    }

    /**
     * How long received WAL may wait before the segment it belongs to is stored although it is not whole: what one may lose. Five seconds unless said otherwise.
     *
     * @param limit zero: as soon as the part before is stored, as a synchronous standby should
     * @return a copy
     * @throws ConfigurationException {@code INVALID_REQUEST} if it is negative
     */
    public ReceiveRequest partialAfter(Duration limit) {
        if (limit.isNegative()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST, "WAL cannot wait for " + limit, "Give zero or a positive duration.");
        }
        return with(new Options(applicationName(), limit, options.acknowledgedOnLocalDisk, options.overGaps));
    }

    /**
     * Tells the server that WAL is flushed when it is on the disk of the receiver, and not only when it is stored: a synchronous commit waits no longer for the
     * repositories. The server still keeps every segment that is not stored as a whole, so that the loss of that disk alone loses nothing.
     *
     * @return a copy
     */
    public ReceiveRequest acknowledgeOnLocalDisk() {
        return with(new Options(applicationName(), partialAfter(), true, options.overGaps));
    }

    /**
     * Goes on although the server no longer has what comes next. The archive has a gap then over which no recovery leads: take a backup at once.
     *
     * @return a copy
     */
    public ReceiveRequest overGaps() {
        return with(new Options(applicationName(), partialAfter(), options.acknowledgedOnLocalDisk, true));
    }

    private ReceiveRequest with(Options others) {
        return new ReceiveRequest(slot, directory, others);
    }

    /**
     * The replication slot.
     *
     * @return its name
     */
    public String slot() {
        return slot;
    }

    /**
     * Where segments are assembled.
     *
     * @return an absolute path
     */
    public Path directory() {
        return directory;
    }

    /**
     * By which the server knows the receiver.
     *
     * @return its application name
     */
    public String applicationName() {
        return options.applicationName;
    }

    /**
     * How long received WAL may wait.
     *
     * @return zero or more
     */
    public Duration partialAfter() {
        return options.partialAfter;
    }

    /**
     * Whether the disk of the receiver counts.
     *
     * @return false unless asked for
     */
    public boolean isAcknowledgedOnLocalDisk() {
        return options.acknowledgedOnLocalDisk;
    }

    /**
     * Whether it goes on although WAL is gone.
     *
     * @return false unless asked for
     */
    public boolean goesOverGaps() {
        return options.overGaps;
    }
}
