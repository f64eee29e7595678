package io.pgbackup.core.engine;

import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresServer.StopMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Changes a cluster in every way that has ever fooled a tool that looks for changed pages. What comes of it can be asked for and compared. */
final class RandomChanges {
    private static final int MOST_TABLES = 8;

    private final PostgresServer server;
    private final Random random;
    private final List<String> tables = new ArrayList<>();
    private final List<String> databases = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private int names;

    RandomChanges(PostgresServer server, Random random) {
        this.server = server;
        this.random = random;
    }

    /** Needs a tablespace called far. */
    static void prepare(PostgresServer server) {
        server.execute("CREATE SCHEMA play", "CREATE SEQUENCE play.numbers", "CREATE EXTENSION amcheck");
    }

    /** One change, chosen by chance. */
    void change() {
        if (tables.isEmpty() || tables.size() < MOST_TABLES && random.nextInt(6) == 0) {
            createTable();
            return;
        }
        String table = tables.get(random.nextInt(tables.size()));
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> run("UPDATE " + table + " SET v = md5(v) WHERE id % 97 = " + random.nextInt(97));
            case 3, 4 -> run("DELETE FROM " + table + " WHERE id % 5 = " + random.nextInt(5));
            case 5, 6 -> insert(table, random.nextInt(3000));
            case 7 -> run("VACUUM " + table);
            case 8 -> run("VACUUM (FULL, FREEZE) " + table);
            case 9 -> run("TRUNCATE " + table);
            case 10 -> truncateAndExtend(table);
            case 11 -> run("ALTER TABLE " + table + " SET TABLESPACE " + (random.nextBoolean() ? "far" : "pg_default"));
            case 12 -> run("ALTER TABLE " + table + " SET UNLOGGED", "ALTER TABLE " + table + " SET LOGGED");
            case 13 -> run("REINDEX TABLE " + table);
            case 14 -> run("DELETE FROM " + table + " WHERE id > 500", "VACUUM " + table);
            case 15 -> dropTable(table);
            case 16 -> database();
            case 17 -> hintBits(table);
            case 18 -> run("SELECT nextval('play.numbers') FROM generate_series(1, 50)", "CHECKPOINT");
            default -> restart();
        }
    }

    private void run(String... statements) {
        history.addAll(List.of(statements));
        server.execute(statements);
    }

    private void createTable() {
        String table = "play.t" + names++;
        run(
                "CREATE TABLE " + table + " (id serial PRIMARY KEY, v text, big text)"
                        + (random.nextInt(3) == 0 ? " TABLESPACE far" : ""),
                "CREATE INDEX ON " + table + " (v)");
        tables.add(table);
        insert(table, random.nextInt(4000));
    }

    private void insert(String table, int rows) {
        int first = random.nextInt(1_000_000);
        run("INSERT INTO " + table + " (v, big) SELECT md5(i::text), CASE WHEN i % 500 = 0 THEN"
                + " (SELECT string_agg(md5((i + j)::text), '') FROM generate_series(1, 300) j) END"
                + " FROM generate_series(" + first + ", " + (first + rows) + ") i");
    }

    private void truncateAndExtend(String table) {
        run("BEGIN; TRUNCATE " + table + "; INSERT INTO " + table
                + " (v) SELECT 'new' || i FROM generate_series(1, 400) i; COMMIT");
    }

    private void dropTable(String table) {
        run("DROP TABLE " + table);
        tables.remove(table);
    }

    private void database() {
        if (databases.size() < 2) {
            String name = "other" + names++;
            String strategy = server.version().major() >= 15 && random.nextBoolean() ? " STRATEGY file_copy" : "";
            run("CREATE DATABASE " + name + strategy);
            databases.add(name);
            server.executeIn(name, "CREATE TABLE here AS SELECT i FROM generate_series(1, 1000) i");
        } else {
            String name = databases.remove(random.nextInt(databases.size()));
            run("DROP DATABASE " + name);
        }
    }

    /** Pages that change without any WAL. */
    private void hintBits(String table) {
        run("SELECT count(*) FROM " + table + " WHERE v > ''");
    }

    private void restart() {
        history.add("restart");
        server.stop(random.nextBoolean() ? StopMode.FAST : StopMode.IMMEDIATE);
        server.start();
    }

    /** What the changed tables and databases hold now. */
    static SortedMap<String, String> contents(PostgresServer server) {
        SortedMap<String, String> contents = new TreeMap<>();
        for (List<String> row : rows(
                server,
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                        + " WHERE nspname = 'play' AND relkind = 'r'")) {
            String table = row.get(0);
            contents.put(
                    table,
                    String.valueOf(server.query(
                            "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM play."
                                    + table + " t")));
        }
        for (List<String> row : rows(server, "SELECT datname FROM pg_database WHERE datname LIKE 'other%'")) {
            contents.put(
                    "database " + row.get(0),
                    rows(server, row.get(0), "SELECT sum(i) FROM here").toString());
        }
        return contents;
    }

    private static List<List<String>> rows(PostgresServer server, String sql) {
        return rows(server, "postgres", sql);
    }

    private static List<List<String>> rows(PostgresServer server, String database, String sql) {
        return server.queryRows(database, sql).stream()
                .map(row -> row.stream().map(Objects::requireNonNull).toList())
                .toList();
    }

    /** What was done, for the report of a failure. */
    List<String> history() {
        return history;
    }
}
