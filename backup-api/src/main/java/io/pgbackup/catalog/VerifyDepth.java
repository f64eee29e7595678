package io.pgbackup.catalog;

/** How much a verification proves. */
public enum VerifyDepth {
    /**
     * Every record and manifest can be read and is authentic, every bundle it names exists with the right size. Reads no bundle: damage inside one
     * is not found.
     */
    CATALOG,
    /** Also every stored frame is read, authenticated, decompressed, and each page compared with its fingerprint, each file with its proof. */
    CONTENT
}
