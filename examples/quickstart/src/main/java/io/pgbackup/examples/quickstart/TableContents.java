package io.pgbackup.examples.quickstart;

import io.pgbackup.core.testkit.PostgresServer;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is in one table.
 *
 * @param rows how many rows it has
 * @param digest over all columns of all rows, whatever their order in the table
 */
record TableContents(long rows, String digest) {
    private static final String DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname";
    private static final String TABLES = """
            SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\\_%'""";
    private static final String CONTENTS = """
            SELECT count(*), md5(string_agg(row_digest, '' ORDER BY row_digest COLLATE "C"))
            FROM (SELECT md5(t::text) AS row_digest FROM %s t) rows""";

    /** Every table of every database of a server, by database, schema and name. */
    static SortedMap<String, TableContents> allOf(PostgresServer server) {
        SortedMap<String, TableContents> contents = new TreeMap<>();
        for (String database : firstColumn(server.queryRows("postgres", DATABASES))) {
            for (String table : firstColumn(server.queryRows(database, TABLES))) {
                List<@Nullable String> row = server.queryRows(database, String.format(CONTENTS, table))
                        .get(0);
                long rows = Long.parseLong(Objects.requireNonNull(row.get(0)));
                contents.put(
                        database + "." + table, new TableContents(rows, Objects.requireNonNullElse(row.get(1), "")));
            }
        }
        return contents;
    }

    private static List<String> firstColumn(List<List<@Nullable String>> rows) {
        return rows.stream().map(row -> Objects.requireNonNull(row.get(0))).toList();
    }
}
