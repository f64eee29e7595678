package io.pgbackup.wal;

import java.time.Instant;
import java.util.Optional;

/**
 * WAL that is not in the archive although something before and after it is, or although it was given up on purpose: recovery ends before it.
 *
 * @param repository name of the repository
 * @param timeline on which it is missing
 * @param firstMissing name of the first segment that is missing
 * @param lastMissing name of the last one
 * @param segments how many are missing
 * @param dropped when the first of them was given up, see {@link WalPolicy#droppingBeyond}; empty if nothing tells why they are missing
 */
public record WalGap(
        String repository,
        long timeline,
        String firstMissing,
        String lastMissing,
        long segments,
        Optional<Instant> dropped) {}
