package io.pgbackup.catalog;

/** What the deletion of a named backup may do only if it is said by name. */
public enum DeletionConsent {
    /** Delete it, or what depends on it, although it is pinned. */
    PINNED,
    /** Delete it although no full backup that can be restored remains. */
    LAST_FULL_BACKUP
}
