package io.pgbackup.backup;

/** How the server makes the checkpoint that a backup starts from. */
public enum CheckpointMode {
    /** At once: a burst of writes, but the backup begins within a second. */
    FAST,
    /** Spread over {@code checkpoint_completion_target}: gentle, but the backup begins minutes later. */
    SPREAD
}
