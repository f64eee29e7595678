package io.pgbackup.examples.quickstart;

import io.pgbackup.core.testkit.PostgresServer;

/** A shop with two databases: enough to see what a backup costs, small enough to be made in seconds. */
final class SampleData {
    private final PostgresServer server;

    SampleData(PostgresServer server) {
        this.server = server;
    }

    void create() {
        server.execute("CREATE DATABASE shop", "CREATE DATABASE reporting");
        server.executeIn(
                "shop",
                "CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE)",
                "INSERT INTO customer SELECT i, 'customer ' || i, md5(i::text) || '@example.org'"
                        + " FROM generate_series(1, 20000) i",
                "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer,"
                        + " placed timestamptz NOT NULL, amount numeric(10, 2) NOT NULL, note text)",
                "INSERT INTO purchase SELECT i, i % 20000 + 1, timestamptz '2026-01-01 UTC' + i * interval '1 minute',"
                        + " (i * 7919 % 100000) / 100.0, repeat(md5(i::text), 3) FROM generate_series(1, 200000) i",
                "CREATE INDEX ON purchase (placed)",
                "CREATE TABLE document (id int PRIMARY KEY, body text NOT NULL)",
                "INSERT INTO document SELECT d, (SELECT string_agg(md5(d || '.' || i), '') FROM generate_series(1, 500) i)"
                        + " FROM generate_series(1, 800) d");
        server.executeIn(
                "reporting",
                "CREATE TABLE turnover (day date PRIMARY KEY, amount numeric NOT NULL)",
                "INSERT INTO turnover SELECT date '2020-01-01' + i, i * 3.14 FROM generate_series(0, 2000) i");
    }

    /** A day of work: some rows change in place, some come, some go; one table appears and one is emptied. */
    void change() {
        server.executeIn(
                "shop",
                "UPDATE purchase SET amount = amount + 1 WHERE id % 1000 = 0",
                "INSERT INTO purchase SELECT i, i % 20000 + 1, timestamptz '2026-09-01 UTC', 9.99, 'new'"
                        + " FROM generate_series(200001, 201000) i",
                "DELETE FROM document WHERE id % 100 = 0",
                "ALTER TABLE customer ADD COLUMN since date DEFAULT date '2026-09-01'",
                "CREATE TABLE refund AS SELECT id, amount FROM purchase WHERE id % 5000 = 0");
        server.executeIn("reporting", "TRUNCATE turnover");
    }
}
