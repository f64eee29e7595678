package io.pgbackup.catalog;

import java.time.Instant;

/**
 * That a backup was verified, as its repository remembers it.
 *
 * @param time when it ended, by the clock of the host that did it
 * @param depth how much was proved
 * @param clean whether nothing was found that concerns the backup
 */
public record Verification(Instant time, VerifyDepth depth, boolean clean) {}
