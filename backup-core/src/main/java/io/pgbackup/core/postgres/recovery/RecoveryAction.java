package io.pgbackup.core.postgres.recovery;

/** What the server does when replay has reached its goal. */
public enum RecoveryAction {
    /** Stays readable and waits; a person looks and then promotes. */
    PAUSE,
    /** Begins a new timeline and opens for writing. */
    PROMOTE,
    /** Shuts down; the next start stops there again. */
    SHUTDOWN
}
