package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.testkit.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares a restored server with what {@link LedgerLoad} had committed when the backup was stopped. */
final class RestoredBooks {
    private final PostgresServer restored;

    RestoredBooks(PostgresServer restored) {
        this.restored = restored;
    }

    /** Exactly the transactions that committed before the stop, none in parts, and everything that follows from them. */
    void requireExactly(Lsn stop, Map<Long, Long> acknowledged) {
        long last = number("SELECT n FROM chain");
        long acknowledgedBefore = acknowledged.entrySet().stream()
                // The record that ends the backup lies right before its stop position.
                .filter(entry -> entry.getValue() < stop.value() - 64)
                .mapToLong(Map.Entry::getKey)
                .max()
                .orElse(0);
        assertThat(last)
                .as("everything acknowledged before the stop at %s is there", stop)
                .isGreaterThanOrEqualTo(acknowledgedBefore);
        none("SELECT n FROM ledger WHERE before >= '" + stop + "'::pg_lsn");
        same(
                last + "|1|" + last,
                "SELECT count(*) || '|' || coalesce(min(n), 1) || '|' || coalesce(max(n), 0) FROM ledger");
        none("SELECT n FROM ledger WHERE account <> n * 7919 % " + LedgerLoad.ACCOUNTS + " OR delta <> n % 201 - 100");
        none("SELECT id FROM accounts LEFT JOIN (SELECT account, sum(delta) AS total FROM ledger GROUP BY account) l"
                + " ON account = id WHERE balance <> coalesce(total, 0) OR filler <> repeat('x', 84)");
        same(Integer.toString(LedgerLoad.ACCOUNTS), "SELECT count(*) FROM accounts");
        requireDerived(last);
        none("SELECT id FROM tellers LEFT JOIN (SELECT account, sum(delta) AS total FROM tally GROUP BY account) l"
                + " ON account = id WHERE balance <> coalesce(total, 0)");
        none("SELECT writer FROM tally GROUP BY writer HAVING count(*) <> max(k) OR min(k) <> 1");
    }

    private void requireDerived(long last) {
        long truncated = last < 40 ? 1 : last / 40 * 40;
        same(rows(last - truncated + 1, truncated, last), count("scratch"));
        long deleted = Math.max(0, last / 50 * 50 - 200);
        same(rows(last - deleted, deleted + 1, last), count("distant"));
        none("SELECT n FROM distant WHERE filler <> repeat(md5(n::text), 20)");
        same(
                Long.toString(last / 20),
                "SELECT count(*) FROM pg_largeobject_metadata WHERE oid BETWEEN 1000000 AND 1000000000");
        none("SELECT n FROM generate_series(20, " + last
                + ", 20) n WHERE lo_get((1000000 + n)::oid) <> convert_to(repeat(md5(n::text), 200), 'UTF8')");
        long moving = last / 30 * 30;
        same(
                moving == 0 ? "" : "moving_" + moving,
                "SELECT coalesce(string_agg(relname, ','), '') FROM pg_class WHERE relname LIKE 'moving%'");
        if (moving > 0) {
            same(Long.toString(moving % 1000), "SELECT count(*) FROM moving_" + moving);
        }
    }

    private static String rows(long count, long first, long last) {
        return count == 0 ? "0||" : count + "|" + first + "|" + last;
    }

    private static String count(String table) {
        return "SELECT count(*) || '|' || coalesce(min(n)::text, '') || '|' || coalesce(max(n)::text, '') FROM "
                + table;
    }

    /** Unlogged tables are empty and can be used. */
    void requireUnloggedReset() {
        same("0", "SELECT count(*) FROM unlogged");
        restored.execute("INSERT INTO unlogged SELECT generate_series(1, 1000)");
        same("1000", "SELECT count(*) FROM unlogged");
    }

    /** Indexes, heaps and visibility maps of every database are what the server says they must be. */
    void requireSound() {
        for (List<@Nullable String> database : restored.queryRows(
                "postgres", // A database whose DROP had begun when the backup was stopped lets nobody in.
                "SELECT datname FROM pg_database WHERE datallowconn AND datconnlimit <> -2")) {
            String name = Objects.requireNonNull(database.get(0));
            restored.executeIn(
                    name, "CREATE EXTENSION IF NOT EXISTS amcheck", "CREATE EXTENSION IF NOT EXISTS pg_visibility");
            // An index that does not agree with its table makes the function fail.
            restored.queryRows(
                    name,
                    "SELECT count(bt_index_check(c.oid, true)::text) FROM pg_class c JOIN pg_am a ON a.oid = relam"
                            + " JOIN pg_index i ON i.indexrelid = c.oid WHERE amname = 'btree' AND relkind = 'i' AND indisvalid");
            if (restored.version().major() >= 14) {
                none(
                        name,
                        "SELECT c.oid::regclass, v.* FROM pg_class c, LATERAL verify_heapam(c.oid) v"
                                + " WHERE relkind IN ('r', 't', 'm')");
            }
            for (String check : List.of("pg_check_frozen", "pg_check_visible")) {
                none(
                        name,
                        "SELECT c.oid::regclass, v.* FROM pg_class c, LATERAL " + check + "(c.oid) v"
                                + " WHERE relkind IN ('r', 't', 'm')");
            }
        }
    }

    private long number(String sql) {
        return Long.parseLong(Objects.requireNonNull(restored.query(sql)));
    }

    void same(String expected, String sql) {
        assertThat(restored.query(sql)).as(sql).isEqualTo(expected);
    }

    private void none(String sql) {
        none("postgres", sql);
    }

    private void none(String database, String sql) {
        assertThat(restored.queryRows(database, sql)).as(sql).isEmpty();
    }
}
