package io.pgbackup.storage.testkit;

/** What a storage can be asked, for planning faults. */
public enum Verb {
    /** {@code create}; its subject is the key. */
    CREATE,
    /** {@code read}: opening the stream, and the stream itself; its subject is the key. */
    READ,
    /** {@code stat}; its subject is the key. */
    STAT,
    /** {@code list}; its subject is the prefix. */
    LIST,
    /** {@code delete} as a whole; its subject is all keys, joined by line feeds. */
    DELETE,
    /** One key of a {@code delete}: a failure is reported for it alone. Its subject is the key. */
    DELETE_KEY
}
