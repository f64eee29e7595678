package io.pgbackup.catalog;

/**
 * What a cluster is, as far as its backups must agree.
 *
 * @param systemIdentifier made by initdb, unsigned; the same for primary and standbys
 * @param majorVersion 13 or greater
 * @param pageSize bytes of a page
 * @param segmentSize bytes of a WAL segment
 */
public record ServerIdentity(long systemIdentifier, int majorVersion, int pageSize, int segmentSize) {}
