package io.pgbackup.core.postgres.session;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * A server's version and what differs with it.
 *
 * @param number as {@code server_version_num} tells, for example 170011
 */
public record ServerVersion(int number) {
    private static final int OLDEST_MAJOR = 13;

    /**
     * The major version.
     *
     * @return for example 17
     */
    public int major() {
        return number / 10000;
    }

    /**
     * Refuses servers that are too old.
     *
     * @throws ClusterException {@code UNSUPPORTED_SERVER} before 13
     */
    public void requireSupported() {
        if (major() < OLDEST_MAJOR) {
            throw new ClusterException(
                    ErrorCode.UNSUPPORTED_SERVER,
                    "the server has version " + this + ", which is not supported",
                    "PostgreSQL 13 and newer are supported; 12 and older no longer get fixes from their makers either. Upgrade the server.");
        }
    }

    /** Whether the functions are {@code pg_backup_start} and {@code pg_backup_stop}. */
    boolean hasRenamedBackupFunctions() {
        return major() >= 15;
    }

    /** Settings that could end or cut short a session that only waits. An unknown setting would be an error. */
    List<String> timeouts() {
        List<String> names =
                new ArrayList<>(List.of("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"));
        if (major() >= 14) {
            names.add("idle_session_timeout");
        }
        if (major() >= 17) {
            names.add("transaction_timeout");
        }
        return names;
    }

    /** As PostgreSQL prints it, for example {@code 17.11}. */
    @Override
    public String toString() {
        return major() + "." + number % 10000;
    }
}
