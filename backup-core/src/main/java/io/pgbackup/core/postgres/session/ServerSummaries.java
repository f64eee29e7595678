package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.error.ClusterException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a server of version 17 or newer has itself summarised of its log, while {@code summarize_wal} was on. Asked anew each time. */
public final class ServerSummaries {
    private static final int SINCE = 17;
    private static final Fork[] FORKS = Fork.values();

    private final ServerSession session;

    private ServerSummaries(ServerSession session) {
        this.session = session;
    }

    /**
     * A stretch of the log that is summarised in one file.
     *
     * @param timeline of the stretch
     * @param start its first position
     * @param end behind its last position
     */
    public record Range(Timeline timeline, Lsn start, Lsn end) {}

    /**
     * How far the server is.
     *
     * @param timeline that it works on
     * @param summarized up to where there are files
     * @param pending up to where it has read
     */
    public record Progress(Timeline timeline, Lsn summarized, Lsn pending) {}

    /** Receives what a file says. */
    public interface Changes {
        /**
         * A fork was made, cut or removed.
         *
         * @param fork which; node 0 stands for the directory of a database
         * @param length how many pages it had then
         */
        void cut(RelationFork fork, long length);

        /**
         * A page was changed.
         *
         * @param fork whose
         * @param block its number
         */
        void mark(RelationFork fork, long block);
    }

    /**
     * Of a server that makes them.
     *
     * @param session to ask through; stays the caller's
     * @return empty if the server is too old, or does not summarise now
     * @throws ClusterException {@code SESSION_LOST}
     */
    public static Optional<ServerSummaries> of(ServerSession session) {
        boolean made = session.version().major() >= SINCE
                && session.ask(
                        "ask whether the server summarises its log",
                        "SELECT pg_catalog.current_setting('summarize_wal') = 'on'",
                        row -> row.getBoolean(1));
        return made ? Optional.of(new ServerSummaries(session)) : Optional.empty();
    }

    /**
     * How far the server is.
     *
     * @return empty if it has not begun
     * @throws ClusterException {@code MISSING_PRIVILEGE} or {@code SESSION_LOST}
     */
    public Optional<Progress> progress() {
        return session.ask(
                "ask how far the log is summarised",
                "SELECT summarized_tli, summarized_lsn, pending_lsn FROM pg_catalog.pg_get_wal_summarizer_state()",
                row -> row.getLong(1) == 0
                        ? Optional.empty()
                        : Optional.of(new Progress(
                                new Timeline(row.getLong(1)),
                                Lsn.parse(row.getString(2)),
                                Lsn.parse(row.getString(3)))));
    }

    /**
     * The files there are.
     *
     * @return in order of their starts
     * @throws ClusterException {@code MISSING_PRIVILEGE} or {@code SESSION_LOST}
     */
    public List<Range> ranges() {
        return session.ask(
                "ask for summaries of the log",
                "SELECT 0, '0/0', '0/0' UNION ALL SELECT tli, start_lsn::text, end_lsn::text"
                        + " FROM pg_catalog.pg_available_wal_summaries()",
                row -> {
                    List<Range> ranges = new ArrayList<>();
                    while (row.next()) {
                        Timeline timeline = new Timeline(row.getLong(1));
                        ranges.add(new Range(timeline, Lsn.parse(row.getString(2)), Lsn.parse(row.getString(3))));
                    }
                    ranges.sort(Comparator.comparing(Range::start));
                    return ranges;
                });
    }

    /**
     * Reads a file.
     *
     * @param range which
     * @param changes receives what it says
     * @throws ClusterException {@code SERVER_CONFIGURATION} or similar if it was removed meanwhile
     */
    public void read(Range range, Changes changes) {
        session.ask(
                "read a summary of the log",
                "SELECT 0::int8, 0::int8, 0::int8, 0::int2, 0::int8, false UNION ALL SELECT reltablespace::int8,"
                        + " reldatabase::int8, relfilenode::int8, relforknumber, relblocknumber, is_limit_block"
                        + " FROM pg_catalog.pg_wal_summary_contents(?::int8, ?::pg_lsn, ?::pg_lsn)",
                row -> {
                    while (row.next()) {
                        deliver(row, changes);
                    }
                    return range;
                },
                range.timeline().toString(),
                range.start().toString(),
                range.end().toString());
    }

    private static void deliver(ResultSet row, Changes changes) throws SQLException {
        RelationFork fork = new RelationFork(row.getLong(1), row.getLong(2), row.getLong(3), FORKS[row.getInt(4)]);
        if (row.getBoolean(6)) {
            changes.cut(fork, row.getLong(5));
        } else {
            changes.mark(fork, row.getLong(5));
        }
    }
}
