package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.wal.WalFileName;

/** Hears what a receiver does. May be called by several threads; what it throws ends the receiver. */
public interface StreamListener {
    /**
     * Something a person should know although the receiver goes on.
     *
     * @param subject what it is about
     * @param message what happened and what is done about it
     */
    void warning(String subject, String message);

    /**
     * The receiver receives from here on.
     *
     * @param from the position; all before it is in the destination
     */
    default void receiving(StreamPosition from) {}

    /**
     * The destination has a whole segment.
     *
     * @param name of the segment
     */
    default void stored(WalFileName name) {}
}
