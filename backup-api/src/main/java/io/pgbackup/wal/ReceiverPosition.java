package io.pgbackup.wal;

import io.pgbackup.Lsn;

/**
 * How far a receiver is, at one moment; all zero before the first connect.
 *
 * @param timeline that is received
 * @param server how far the server's log is flushed, as it said last
 * @param received up to where the log has arrived
 * @param stored up to where it is durable in as many repositories as the policy demands
 */
public record ReceiverPosition(long timeline, Lsn server, Lsn received, Lsn stored) {
    /**
     * What would be missing if the server were lost now.
     *
     * @return bytes, 0 or more
     */
    public long lagBytes() {
        return Math.max(0, server.value() - stored.value());
    }
}
