package io.pgbackup.core.postgres.stream;

/** When the server is told that WAL is flushed: then {@code synchronous_commit = on} stops waiting, and whole segments may be recycled. */
public enum Acknowledge {
    /** When the destination has it. A commit that waits for the receiver waits for the storage. */
    STORED,
    /**
     * When it is on the receiver's disk; but no segment as a whole before the destination has it. A commit waits for a local disk, and the server still has
     * every segment that the destination lacks, should that disk be lost.
     */
    ON_LOCAL_DISK
}
