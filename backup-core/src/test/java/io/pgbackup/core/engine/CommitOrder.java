package io.pgbackup.core.engine;

import io.pgbackup.Lsn;
import io.pgbackup.core.testkit.PostgresServer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was committed, in the order in which the log has it, as PostgreSQL's own decoding tells: an independent truth about what a recovery to any point must
 * show. The server needs {@code wal_level} logical.
 */
final class CommitOrder {
    private static final String SLOT = "truth";
    private static final Pattern ROW = Pattern.compile(".* INSERT: writer\\[integer]:(\\d+) k\\[bigint]:(\\d+) .*");
    private static final Pattern COMMIT = Pattern.compile("COMMIT (\\d+) \\(at (.*)\\)");
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendOffset("+HH:mm", "+00")
            .toFormatter(Locale.ROOT);

    /**
     * One transaction.
     *
     * @param transaction its number
     * @param end position behind its commit record
     * @param time of its commit record
     * @param writer who wrote
     * @param k the writer's count
     */
    record Commit(long transaction, Lsn end, Instant time, int writer, long k) {}

    private CommitOrder() {}

    /** From now on everything is remembered. */
    static void begin(PostgresServer server) {
        server.execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'test_decoding')");
    }

    /** Every transaction that wrote into the ledger since the beginning, which is over now. */
    static List<Commit> end(PostgresServer server) {
        List<Commit> commits = new ArrayList<>();
        int writer = 0;
        long k = 0;
        for (List<String> row : server.queryRows(
                "postgres",
                "SELECT lsn, data FROM pg_logical_slot_get_changes('" + SLOT
                        + "', NULL, NULL, 'include-timestamp', 'on')")) {
            String data = Objects.requireNonNull(row.get(1));
            Matcher written = ROW.matcher(data);
            Matcher committed = COMMIT.matcher(data);
            if (written.matches()) {
                writer = Integer.parseInt(written.group(1));
                k = Long.parseLong(written.group(2));
            } else if (committed.matches() && k > 0) {
                Instant time = OffsetDateTime.parse(committed.group(2), TIME).toInstant();
                commits.add(new Commit(
                        Long.parseLong(committed.group(1)),
                        Lsn.parse(Objects.requireNonNull(row.get(0))),
                        time,
                        writer,
                        k));
                k = 0;
            }
        }
        server.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
        return commits;
    }
}
