package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import java.nio.BufferUnderflowException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** What the log says of itself: the records of resource manager {@link ResourceManager#LOG} that somebody here wants to know of. */
public sealed interface LogEvent {
    /**
     * A checkpoint, online or at shutdown.
     *
     * @param shutdown whether the server was shutting down
     * @param redo where recovery from it would begin
     * @param timeline that it was made on
     * @param previousTimeline the one before, if the timeline began with it; else the same
     * @param time of its begin, to the second
     */
    record Checkpoint(boolean shutdown, Lsn redo, Timeline timeline, Timeline previousTimeline, Instant time)
            implements LogEvent {}

    /**
     * A recovery ended, and a timeline began.
     *
     * @param timeline that began
     * @param previousTimeline that it left
     * @param time by the server's clock
     */
    record EndOfRecovery(Timeline timeline, Timeline previousTimeline, Instant time) implements LogEvent {}

    /**
     * A point that was given a name.
     *
     * @param name as it was given
     * @param time by the server's clock
     */
    record RestorePoint(String name, Instant time) implements LogEvent {}

    /**
     * A backup of a primary ended.
     *
     * @param start where that backup started
     */
    record BackupEnd(Lsn start) implements LogEvent {}

    /**
     * What was logged from here on, or up to here.
     *
     * @param level 0 minimal: not all changes are in the log; 1 replica; 2 logical
     */
    record Level(int level) implements LogEvent {
        /**
         * Whether changes may be missing in the log.
         *
         * @return true for {@code wal_level=minimal}
         */
        public boolean minimal() {
            return level == 0;
        }
    }

    /**
     * What a record says of the log; of a checkpoint only the checkpoint.
     *
     * @param record any
     * @return empty if it says nothing of these
     * @throws MalformedWalException if it says less than it must
     */
    static Optional<LogEvent> of(WalRecord record) {
        if (record.head().resourceManager() != ResourceManager.LOG) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(LogEventReader.read(record));
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | DateTimeException e) {
            throw record.tooShort();
        }
    }

    /**
     * The level of logging that a record tells. Since version 17 checkpoints tell it too.
     *
     * @param record any
     * @return empty if it does not tell
     * @throws MalformedWalException if it says less than it must
     */
    static Optional<Level> levelOf(WalRecord record) {
        if (record.head().resourceManager() != ResourceManager.LOG) {
            return Optional.empty();
        }
        try {
            return LogEventReader.level(record);
        } catch (IndexOutOfBoundsException e) {
            throw record.tooShort();
        }
    }
}
