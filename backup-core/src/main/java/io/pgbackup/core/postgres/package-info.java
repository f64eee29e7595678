/**
 * What is true of PostgreSQL: the backup session, control file, data directory scan, page check, WAL names,
 * recovery settings. Never sees storage.
 */
@NullMarked
package io.pgbackup.core.postgres;

import org.jspecify.annotations.NullMarked;
