package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether each record is the one that must follow: every record says where the one before begins. Not safe for use by many threads. */
final class RecordChain {
    private Lsn soundEnd;
    private @Nullable Lsn firstPrevious;
    private @Nullable Lsn lastStart;

    RecordChain(Lsn begin) {
        this.soundEnd = begin;
    }

    /** A record that began before the scan ended here. */
    void headEnded(Lsn end) {
        soundEnd = end;
    }

    void add(WalRecord record) {
        Lsn previous = record.head().previous();
        Lsn before = lastStart;
        if (before == null) {
            firstPrevious = previous;
        }
        if (before == null ? previous.compareTo(record.start()) >= 0 : !previous.equals(before)) {
            throw new MalformedWalException(
                    WalProblem.BROKEN,
                    record.start(),
                    "the record says that the one before begins at " + previous
                            + (before == null ? "" : ", but that begins at " + before));
        }
        lastStart = record.start();
        soundEnd = record.end();
    }

    Lsn soundEnd() {
        return soundEnd;
    }

    Optional<Lsn> firstPrevious() {
        return Optional.ofNullable(firstPrevious);
    }

    Optional<Lsn> lastStart() {
        return Optional.ofNullable(lastStart);
    }
}
