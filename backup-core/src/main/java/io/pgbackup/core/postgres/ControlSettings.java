package io.pgbackup.core.postgres;

import java.nio.ByteBuffer;

/**
 * Settings that the control file remembers. A hot standby, and so a restored server that shall answer during recovery, must have at least
 * these limits (PG {@code CheckRequiredParameterValues} in {@code xlogrecovery.c}).
 *
 * @param walLevel 0 minimal, 1 replica, 2 logical
 * @param walLogHints whether hint bits are logged
 * @param limits sizes of shared memory structures
 */
public record ControlSettings(int walLevel, boolean walLogHints, Limits limits) {
    /**
     * Limits a hot standby may not undercut.
     *
     * @param connections {@code max_connections}
     * @param workerProcesses {@code max_worker_processes}
     * @param walSenders {@code max_wal_senders}
     * @param locking what is needed for locks and prepared transactions
     */
    public record Limits(int connections, int workerProcesses, int walSenders, Locking locking) {}

    /**
     * Limits of the lock tables.
     *
     * @param preparedTransactions {@code max_prepared_transactions}
     * @param locksPerTransaction {@code max_locks_per_transaction}
     */
    public record Locking(int preparedTransactions, int locksPerTransaction) {}

    static ControlSettings read(ByteBuffer fields) {
        Locking locking = new Locking(fields.getInt(192), fields.getInt(196));
        Limits limits = new Limits(fields.getInt(180), fields.getInt(184), fields.getInt(188), locking);
        return new ControlSettings(fields.getInt(172), fields.get(176) != 0, limits);
    }
}
