/**
 * Receives the log of a server over the replication protocol, as a standby would, and hands it to a destination: whole segments that are byte for byte those
 * of the server, the current one in parts every few seconds, histories of timelines. The server is told that something is safe only after
 * the destination has said so. Knows neither archives nor repositories.
 */
@NullMarked
package io.pgbackup.core.postgres.stream;

import org.jspecify.annotations.NullMarked;
