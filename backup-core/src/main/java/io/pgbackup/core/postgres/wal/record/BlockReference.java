package io.pgbackup.core.postgres.wal.record;

/**
 * A page that a record changes.
 *
 * @param relation whose page
 * @param block number of the page in its fork, an unsigned 32-bit number
 * @param imaged whether the record holds the whole page
 */
public record BlockReference(RelationFork relation, long block, boolean imaged) {}
