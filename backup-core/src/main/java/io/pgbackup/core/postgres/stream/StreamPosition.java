package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;

/**
 * How far a receiver is, at one moment.
 *
 * @param timeline being received
 * @param server how far the server's log is flushed, as it said last
 * @param received up to where the log has arrived
 * @param stored up to where the destination has it
 */
public record StreamPosition(Timeline timeline, Lsn server, Lsn received, Lsn stored) {
    /**
     * What would be missing if the server were lost now.
     *
     * @return bytes, 0 or more
     */
    public long lag() {
        return Math.max(0, server.value() - stored.value());
    }
}
