package io.pgbackup.restore;

import io.pgbackup.Lsn;
import java.time.Instant;
import java.util.Objects;

/** Where recovery ends. Immutable values. */
public sealed interface RecoveryTarget {
    /**
     * The moment the backup was complete: the earliest consistent state.
     *
     * @return the target
     */
    static RecoveryTarget endOfBackup() {
        return EndOfBackup.INSTANCE;
    }

    /**
     * The end of all archived WAL.
     *
     * @return the target
     */
    static RecoveryTarget latest() {
        return Latest.INSTANCE;
    }

    /**
     * A point in time: every transaction that was committed up to it, by the clock of the server that wrote the WAL.
     *
     * @param time in microseconds; anything finer is cut off
     * @return the target, including transactions of exactly this time
     */
    static Time time(Instant time) {
        return new Time(time, true);
    }

    /**
     * A position in the log.
     *
     * @param position for example what {@code pg_current_wal_lsn()} said
     * @return the target, including the record that begins there
     */
    static Position lsn(Lsn position) {
        return new Position(position, true);
    }

    /**
     * A transaction. Others count by the order in which they were committed, not by their numbers.
     *
     * @param number as {@code pg_current_xact_id()} says it; the upper 32 bits are left out
     * @return the target, including the transaction
     */
    static Transaction transaction(long number) {
        return new Transaction(number & 0xFFFF_FFFFL, true);
    }

    /**
     * A restore point.
     *
     * @param name as given to {@code pg_create_restore_point}; if there are several, the first
     * @return the target
     */
    static RecoveryTarget restorePoint(String name) {
        return new RestorePoint(name);
    }

    /** See {@link RecoveryTarget#endOfBackup()}. */
    enum EndOfBackup implements RecoveryTarget {
        /** The only value. */
        INSTANCE
    }

    /** See {@link RecoveryTarget#latest()}. */
    enum Latest implements RecoveryTarget {
        /** The only value. */
        INSTANCE
    }

    /**
     * See {@link RecoveryTarget#time(Instant)}.
     *
     * @param time the point
     * @param inclusive whether transactions of exactly this time are kept
     */
    record Time(Instant time, boolean inclusive) implements RecoveryTarget {
        /** Checks that there is a time. */
        public Time {
            Objects.requireNonNull(time, "time");
        }

        /**
         * Without transactions of exactly this time.
         *
         * @return another target
         */
        public Time exclusive() {
            return new Time(time, false);
        }
    }

    /**
     * See {@link RecoveryTarget#lsn(Lsn)}.
     *
     * @param position the position
     * @param inclusive whether the record that begins there is kept
     */
    record Position(Lsn position, boolean inclusive) implements RecoveryTarget {
        /** Checks that there is a position. */
        public Position {
            Objects.requireNonNull(position, "position");
        }

        /**
         * Without the record that begins there.
         *
         * @return another target
         */
        public Position exclusive() {
            return new Position(position, false);
        }
    }

    /**
     * See {@link RecoveryTarget#transaction(long)}.
     *
     * @param number 32 bits, at least 3
     * @param inclusive whether the transaction is kept
     */
    record Transaction(long number, boolean inclusive) implements RecoveryTarget {
        private static final long FIRST_NORMAL = 3;

        /** Checks the range. */
        public Transaction {
            if (number < FIRST_NORMAL || number > 0xFFFF_FFFFL) {
                throw new IllegalArgumentException("a transaction has a number from 3 to 4294967295, not " + number);
            }
        }

        /**
         * Without the transaction.
         *
         * @return another target
         */
        public Transaction exclusive() {
            return new Transaction(number, false);
        }
    }

    /**
     * See {@link RecoveryTarget#restorePoint(String)}.
     *
     * @param name 1 to 63 bytes
     */
    record RestorePoint(String name) implements RecoveryTarget {
        private static final int MOST_BYTES = 63;

        /** Checks the length. */
        public RestorePoint {
            int length = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            if (length == 0 || length > MOST_BYTES || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                        "the name of a restore point has 1 to 63 bytes and no control characters");
            }
        }
    }
}
