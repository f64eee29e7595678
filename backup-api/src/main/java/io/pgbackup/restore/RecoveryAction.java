package io.pgbackup.restore;

/** What the restored server does when recovery has reached its target. */
public enum RecoveryAction {
    /** Stays readable and waits; a person looks, and then calls {@code pg_wal_replay_resume()}, which promotes it. */
    PAUSE,
    /** Begins a new timeline and opens for writing. */
    PROMOTE,
    /** Shuts down; the next start stops there again. */
    SHUTDOWN
}
