package io.pgbackup.core.postgres.page;

/** What reading a bad page again and again has shown. */
public enum RecheckOutcome {
    /** A later read was good: the first one met a write. The bytes of that later read are to be stored. */
    GOOD,
    /** Still bad, but changed since the backup began: replay writes the whole page anew. The last bytes read are to be stored. */
    COVERED_BY_WAL,
    /** The file now ends before the page does: truncated meanwhile, which replay repeats. */
    TRUNCATED,
    /** Bad, and nothing will repair it: to be reported. The last bytes read are to be stored all the same. */
    DAMAGED
}
