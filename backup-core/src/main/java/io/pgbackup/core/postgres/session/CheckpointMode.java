package io.pgbackup.core.postgres.session;

/** How the checkpoint that a backup begins with is written. */
public enum CheckpointMode {
    /** At once; a burst of writing. */
    FAST,
    /** Spread over minutes, as set by {@code checkpoint_completion_target}; the start waits for it. */
    SPREAD
}
