package io.pgbackup.core.postgres;

/** What a cluster was doing when its control file was written (PostgreSQL {@code DBState}, {@code pg_control.h}). */
public enum ClusterState {
    /** The server is starting. */
    STARTING,
    /** Cleanly shut down. */
    SHUT_DOWN,
    /** Cleanly shut down while in recovery. */
    SHUT_DOWN_IN_RECOVERY,
    /** Shutting down. */
    SHUTTING_DOWN,
    /** Replaying WAL after a crash. */
    CRASH_RECOVERY,
    /** Replaying WAL from an archive or as a standby. */
    ARCHIVE_RECOVERY,
    /** Open for writing. */
    IN_PRODUCTION
}
