package io.pgbackup.event;

/** The verbs. */
public enum OperationKind {
    /** Make a repository ready for a cluster. */
    INITIALIZE,
    /** Prove the set-up. */
    CHECK,
    /** Take a backup. */
    BACKUP,
    /** Look what a restore would do. */
    PLAN_RESTORE,
    /** Restore a backup. */
    RESTORE,
    /** Save what can be saved of a damaged backup. */
    SALVAGE,
    /** Prove stored data. */
    VERIFY,
    /** Remove what retention no longer keeps. */
    EXPIRE,
    /** Settle the label of a lease whose holder is gone. */
    BREAK_LEASE
}
