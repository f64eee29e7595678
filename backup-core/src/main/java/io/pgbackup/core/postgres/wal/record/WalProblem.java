package io.pgbackup.core.postgres.wal.record;

/** Why the log cannot be read on. */
public enum WalProblem {
    /** It ends here: nothing was written yet, or what follows is of a former use of the file. */
    END,
    /** A page or record is damaged, or does not follow what is before it. */
    BROKEN,
    /** It is the log of another cluster, or in another form than the pages before. */
    FOREIGN,
    /** It may be sound, but is of a version or kind that this library does not know. */
    UNSUPPORTED
}
