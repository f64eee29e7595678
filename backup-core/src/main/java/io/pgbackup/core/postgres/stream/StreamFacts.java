package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.wal.WalSegmentSize;

/**
 * Whose log it is.
 *
 * @param systemIdentifier of the cluster; an unsigned number
 * @param majorVersion of the server
 * @param segmentSize of its log
 */
public record StreamFacts(long systemIdentifier, int majorVersion, WalSegmentSize segmentSize) {}
