package io.pgbackup.wal;

/**
 * Receives the log of a server and stores it: whole segments as the server's own, the current one in parts every few seconds. While it runs, the archives are
 * watched as by a {@link WalService}. May be closed, and looked at, by any thread.
 */
public interface WalReceiver extends AutoCloseable {
    /**
     * Receives until the receiver is closed or the operation cancelled; broken connections are made anew, promotions followed. Runs once. The server is told
     * that something is safe only when it is stored, so it keeps the rest, and a later receiver with the same slot goes on without a gap.
     *
     * @throws io.pgbackup.error.PgBackupException what does not go away by itself: {@code SLOT_LOST} if the slot was dropped or invalidated, {@code WAL_GONE} if the
     *     server no longer has what comes next, {@code WRONG_CLUSTER}, {@code WAL_CONFLICT}, {@code MISSING_PRIVILEGE} with the SQL that grants it, {@code
     *     CONNECTION_FAILED} if the login is refused the first time
     */
    void run();

    /**
     * How far it is.
     *
     * @return now
     */
    ReceiverPosition position();

    /** Ends {@link #run}, which still stores what has arrived if that takes no longer than some seconds. Idempotent. */
    @Override
    void close();
}
