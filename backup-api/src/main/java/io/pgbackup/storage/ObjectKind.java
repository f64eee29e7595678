package io.pgbackup.storage;

/** What an object is for. Providers may map kinds to storage classes; nothing else may depend on it. */
public enum ObjectKind {
    /** Format, identity, commit and job records: small, read often. */
    CONTROL,
    /** Key slots. */
    KEY,
    /** Pages of a manifest. */
    MANIFEST,
    /** Frames of many files: the bulk of every backup. */
    BUNDLE,
    /** WAL segments and timeline history files. */
    WAL
}
