package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where received WAL goes. What a method was given is durable when it returns, for the server may remove it then. All are idempotent: after an interruption the
 * same comes again. A failure that says it is retryable is tried again; any other ends the receiver. Called by one thread at a time.
 */
public interface WalDestination {
    /**
     * Whose log is about to come; after each connect, before anything else.
     *
     * @param facts about the server
     * @throws io.pgbackup.error.PgBackupException {@code WRONG_CLUSTER} if this is not where it belongs
     */
    void server(StreamFacts facts);

    /**
     * A whole segment, later than all before it on its timeline.
     *
     * @param name of the segment
     * @param file has this name and the size of a segment; goes away when the call ends
     */
    void segment(WalFileName name, Path file);

    /**
     * The begin of a segment that is not complete yet, or never will be because its timeline ends there. Comes again with a later end, or whole.
     *
     * @param name of the segment
     * @param file has the size of a segment; more is being written to it behind the end, where nothing is to be read
     * @param end position behind the last byte that counts
     */
    void partial(WalFileName name, Path file, Lsn end);

    /**
     * The history of a timeline, before anything else of this timeline.
     *
     * @param timeline whose
     * @param content of the history file
     */
    void history(Timeline timeline, byte[] content);

    /**
     * The newest whole segment that is durable.
     *
     * @param timeline of the segment
     * @return empty if there is none on this timeline
     */
    Optional<WalFileName> newest(Timeline timeline);
}
