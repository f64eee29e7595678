package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.record.LogEvent;
import io.pgbackup.core.postgres.wal.record.WalRecord;
import java.util.Optional;

/**
 * What tells one log from another that may have come just as far: a checkpoint's record holds the time, the next transaction, and much else, so that two
 * servers that went on from one point do not write the same at the same place.
 *
 * @param position where the record begins
 * @param checksum of the record
 */
public record CheckpointMark(Lsn position, int checksum) {
    /**
     * The mark that a record is.
     *
     * @param record any
     * @return empty if it is none of a checkpoint
     */
    public static Optional<CheckpointMark> of(WalRecord record) {
        return LogEvent.of(record)
                .filter(LogEvent.Checkpoint.class::isInstance)
                .map(event -> new CheckpointMark(record.start(), record.head().checksum()));
    }
}
