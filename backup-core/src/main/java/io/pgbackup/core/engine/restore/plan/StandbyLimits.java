package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.postgres.ControlSettings;
import io.pgbackup.core.postgres.recovery.ConfigurationValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of the restored configuration that are lower than those the source ran with. A server in recovery that answers queries refuses to go on with
 * them: version 13 ends, later ones pause ({@code CheckRequiredParameterValues} in {@code xlogrecovery.c}).
 */
final class StandbyLimits {
    private static final Map<String, Integer> DEFAULTS = Map.of(
            "max_connections", 100,
            "max_worker_processes", 8,
            "max_wal_senders", 10,
            "max_prepared_transactions", 0,
            "max_locks_per_transaction", 64);

    private StandbyLimits() {}

    /** What is too low, in words. */
    static List<String> tooLow(ControlSettings.Limits needed, ConfigurationValues values) {
        Map<String, Integer> limits = new LinkedHashMap<>();
        limits.put("max_connections", needed.connections());
        limits.put("max_worker_processes", needed.workerProcesses());
        limits.put("max_wal_senders", needed.walSenders());
        limits.put("max_prepared_transactions", needed.locking().preparedTransactions());
        limits.put("max_locks_per_transaction", needed.locking().locksPerTransaction());
        List<String> tooLow = new ArrayList<>();
        limits.forEach((name, limit) -> {
            long found = values.number(name).orElse((long) DEFAULTS.getOrDefault(name, 0));
            if (found < limit) {
                tooLow.add(name + " is " + found + ", the source ran with " + limit);
            }
        });
        return tooLow;
    }
}
