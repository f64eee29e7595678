package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Work for a server that makes records of many kinds: heaps and every index, toast, growth and truncation, relations made, rewritten, moved and dropped,
 * databases made and dropped, subtransactions, roll backs and prepared transactions. Can be repeated. For one thread.
 */
public final class VariedLoad {
    private static final String[] INDEXES = {
        "CREATE INDEX ON %s USING btree (a)",
        "CREATE INDEX ON %s USING hash (a)",
        "CREATE INDEX ON %s USING gin (words)",
        "CREATE INDEX ON %s USING gist (place)",
        "CREATE INDEX ON %s USING spgist (place)",
        "CREATE INDEX ON %s USING brin (a)"
    };

    private final PostgresServer server;
    private int round;

    /**
     * For one server.
     *
     * @param server that works; two-phase commit must be allowed
     */
    public VariedLoad(PostgresServer server) {
        this.server = server;
    }

    /** Makes a tablespace, and what the rounds then change. */
    public void prepare() {
        try {
            Path place = server.socketDirectory().resolve("space");
            Files.createDirectories(place);
            ServerUser.choose().own(place);
            server.execute("CREATE TABLESPACE space LOCATION '" + place + "'");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.execute(
                "CREATE SEQUENCE numbers",
                "CREATE TABLE steady AS SELECT g AS a, repeat('x', 200) AS b FROM generate_series(1, 3000) g",
                "CREATE TABLE rewritten AS SELECT g AS a, repeat('y', 100) AS b FROM generate_series(1, 3000) g",
                "CREATE TABLE shrinking (a int, b text)",
                "CREATE UNLOGGED TABLE careless AS SELECT g AS a FROM generate_series(1, 1000) g",
                "CREATE TABLE everything (a int, b text, words text[], place point)",
                "VACUUM steady");
        for (String index : INDEXES) {
            server.execute(index.formatted("everything"));
        }
    }

    /** Changes a bit of all. */
    public void round() {
        round++;
        String own = "r" + round;
        server.execute(
                "INSERT INTO everything SELECT g, repeat(md5(g::text), 4), ARRAY[md5(g::text), 'w' || g % 50],"
                        + " point(g % 97, g % 89) FROM generate_series(1, 1500) g",
                "UPDATE everything SET b = b || 'z' WHERE a % 7 = " + round % 7,
                "DELETE FROM everything WHERE a % 11 = " + round % 11,
                "SELECT nextval('numbers') FROM generate_series(1, 40)",
                "UPDATE steady SET b = 'changed' WHERE a % 500 = " + round,
                "INSERT INTO shrinking SELECT g, repeat('s', 500) FROM generate_series(1, 2000) g",
                "DELETE FROM shrinking WHERE a > " + 300 * round,
                "VACUUM shrinking",
                "INSERT INTO shrinking SELECT g, 'again' FROM generate_series(1, 100) g",
                "VACUUM everything",
                "CREATE TABLE " + own + " AS SELECT g AS a, md5(g::text) AS b FROM generate_series(1, 2000) g",
                "CREATE INDEX ON " + own + " (b)",
                "ALTER TABLE " + own + " SET TABLESPACE space",
                "CREATE TABLE " + own + "_toasted (a text)",
                "INSERT INTO " + own + "_toasted SELECT string_agg(md5(g::text), '') FROM generate_series(1, 20000) g",
                "TRUNCATE rewritten",
                "INSERT INTO rewritten SELECT g, 'new' FROM generate_series(1, 800) g",
                "VACUUM FULL rewritten",
                "ALTER TABLE careless SET " + (round % 2 == 1 ? "LOGGED" : "UNLOGGED"),
                "REINDEX TABLE everything",
                "SELECT lo_from_bytea(0, decode(repeat('ab', 30000), 'hex'))");
        transactions(own);
        databases(own);
    }

    private void transactions(String own) {
        server.execute(
                "DO $$ BEGIN FOR i IN 1..20 LOOP BEGIN INSERT INTO steady VALUES (i, 'sub');"
                        + " IF i % 3 = 0 THEN RAISE EXCEPTION 'no'; END IF; EXCEPTION WHEN raise_exception THEN NULL;"
                        + " END; END LOOP; END $$",
                "BEGIN",
                "CREATE TABLE never AS SELECT g AS a FROM generate_series(1, 500) g",
                "ROLLBACK",
                "BEGIN",
                "CREATE TABLE " + own + "_prepared AS SELECT g AS a FROM generate_series(1, 500) g",
                "PREPARE TRANSACTION 'one'",
                "COMMIT PREPARED 'one'",
                "BEGIN",
                "DROP TABLE " + own + "_prepared",
                "PREPARE TRANSACTION 'two'",
                "COMMIT PREPARED 'two'",
                "BEGIN",
                "INSERT INTO steady VALUES (0, 'prepared')",
                "PREPARE TRANSACTION 'three'",
                "ROLLBACK PREPARED 'three'",
                "DROP TABLE " + own + "_toasted");
    }

    private void databases(String own) {
        server.execute("CREATE DATABASE " + own + "_db");
        server.executeIn(own + "_db", "CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 1000) g");
        server.execute("ALTER DATABASE " + own + "_db SET TABLESPACE space");
        if (server.version().major() >= 15) {
            server.execute("CREATE DATABASE " + own + "_copied STRATEGY file_copy");
        }
        if (round % 2 == 0) {
            server.execute("DROP DATABASE " + own + "_db", "DROP TABLE " + own);
        }
    }
}
