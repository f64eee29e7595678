package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;

/**
 * Where a backup began.
 *
 * @param start all WAL from here on is needed
 * @param timeline of the checkpoint it began with
 */
public record StartedBackup(Lsn start, Timeline timeline) {}
