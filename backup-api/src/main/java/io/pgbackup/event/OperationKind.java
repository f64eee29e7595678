package io.pgbackup.event;

/** The verbs. */
public enum OperationKind {
    /** Make a repository ready for a cluster. */
    INITIALIZE,
    /** Go on with the server that pg_upgrade made. */
    UPGRADE_CLUSTER,
    /** Go on with a server that has a history of its own. */
    FORK_CLUSTER,
    /** Prove the set-up. */
    CHECK,
    /** Take a backup. */
    BACKUP,
    /** Copy backups to another repository. */
    COPY,
    /** Make a full backup of a chain. */
    COMBINE,
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
    BREAK_LEASE,
    /** Keep a backup whatever retention says. */
    PIN,
    /** Leave a pinned backup to retention again. */
    UNPIN,
    /** Archive a WAL file. */
    WAL_PUSH,
    /** Bring a WAL file from the archive. */
    WAL_FETCH,
    /** Receive WAL as it is written, until somebody ends it. */
    WAL_RECEIVE,
    /** Copy WAL that a repository lacks from another. */
    WAL_CATCH_UP,
    /** Tell what is missing in archives, as long as WAL is archived or received. */
    WAL_WATCH,
    /** Let another key open a repository. */
    ADD_KEY,
    /** Close a repository to a key. */
    REMOVE_KEY,
    /** Draw a new generation of a repository's master key. */
    ROTATE_KEYS
}
