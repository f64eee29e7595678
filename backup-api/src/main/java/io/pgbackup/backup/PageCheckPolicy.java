package io.pgbackup.backup;

/** What happens when a page of the cluster fails its check, after it was read again. */
public enum PageCheckPolicy {
    /** The page is stored as it is, listed in result and manifest, and warned about. */
    WARN,
    /** The backup fails after all pages were looked at, listing the bad ones. */
    FAIL
}
