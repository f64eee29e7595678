/**
 * The verbs of the write-ahead log: push, fetch, catch up, and the service that answers the server's commands. They run over repositories that stay open
 * between calls, for a segment comes every few seconds, or many a second.
 */
@NullMarked
package io.pgbackup.core.engine.wal;

import org.jspecify.annotations.NullMarked;
