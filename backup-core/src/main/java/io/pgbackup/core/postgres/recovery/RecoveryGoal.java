package io.pgbackup.core.postgres.recovery;

import io.pgbackup.Lsn;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Where replay shall stop, as PostgreSQL's settings say it: at most one of five. Immutable. */
public final class RecoveryGoal {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String setting;
    private final String value;
    private final boolean inclusive;

    private RecoveryGoal(String setting, String value, boolean inclusive) {
        this.setting = setting;
        this.value = value;
        this.inclusive = inclusive;
    }

    /**
     * As soon as the cluster is consistent: the end of the backup.
     *
     * @return the goal
     */
    public static RecoveryGoal consistency() {
        return new RecoveryGoal("recovery_target", "immediate", true);
    }

    /**
     * When there is no more WAL.
     *
     * @return the goal
     */
    public static RecoveryGoal endOfWal() {
        return new RecoveryGoal("", "", true);
    }

    /**
     * At a time, in microseconds.
     *
     * @param time by the clock of the server that wrote the WAL
     * @param inclusive whether transactions of exactly this time are kept
     * @return the goal
     */
    public static RecoveryGoal time(Instant time, boolean inclusive) {
        return new RecoveryGoal("recovery_target_time", TIME.format(time), inclusive);
    }

    /**
     * At a transaction.
     *
     * @param transaction its number, 32 bits
     * @param inclusive whether it is kept
     * @return the goal
     */
    public static RecoveryGoal transaction(long transaction, boolean inclusive) {
        return new RecoveryGoal("recovery_target_xid", Long.toUnsignedString(transaction), inclusive);
    }

    /**
     * At a position in the log.
     *
     * @param position where
     * @param inclusive whether the record there is kept
     * @return the goal
     */
    public static RecoveryGoal position(Lsn position, boolean inclusive) {
        return new RecoveryGoal("recovery_target_lsn", position.toString(), inclusive);
    }

    /**
     * At a restore point.
     *
     * @param name as given to {@code pg_create_restore_point}
     * @return the goal
     */
    public static RecoveryGoal restorePoint(String name) {
        return new RecoveryGoal("recovery_target_name", name, true);
    }

    /** The setting that says it; empty for {@link #endOfWal()}. */
    String setting() {
        return setting;
    }

    String value() {
        return value;
    }

    boolean inclusive() {
        return inclusive;
    }

    @Override
    public String toString() {
        return setting.isEmpty() ? "end of WAL" : setting + " " + value + (inclusive ? "" : " (exclusive)");
    }
}
