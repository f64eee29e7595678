package io.pgbackup.core.engine.backup.files;

import io.pgbackup.Lsn;
import io.pgbackup.core.block.ResolvedFile;

/**
 * What is known of a paged file from earlier sets.
 *
 * @param content its pages, by their fingerprints
 * @param start where the set began that knows most of it: a page changed since then is stored whatever its fingerprint
 */
record BaseFile(ResolvedFile content, Lsn start) {}
