package io.pgbackup.core.engine;

import io.pgbackup.Lsn;
import io.pgbackup.core.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers, like those of pgbench, that keep books. Every transaction of the serial writers takes the next number under a row lock, so numbers are
 * the order of commits, and everything else it writes follows from its number. The parallel writers count each for itself.
 */
final class LedgerLoad implements AutoCloseable {
    static final int ACCOUNTS = 20_000;
    private static final int SERIAL_WRITERS = 2;
    private static final int PARALLEL_WRITERS = 2;
    private static final Duration SHORT_PAUSE = Duration.ofMillis(1);

    private final PostgresServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> writers = new ArrayList<>();
    /** Position of the log right after a commit was acknowledged, by number. */
    private final ConcurrentSkipListMap<Long, Long> acknowledged = new ConcurrentSkipListMap<>();

    private final long pause;
    private volatile boolean stopped;

    LedgerLoad(PostgresServer server) {
        this(server, SHORT_PAUSE);
    }

    /** The pause follows each transaction; a run of hours wants a long one, so that the cluster grows slowly. */
    LedgerLoad(PostgresServer server, Duration pause) {
        this.server = server;
        this.pause = pause.toNanos();
    }

    static void prepare(PostgresServer server) {
        server.execute(
                "CREATE TABLE chain (n bigint NOT NULL)",
                "INSERT INTO chain VALUES (0)",
                "CREATE TABLE ledger (n bigint PRIMARY KEY, account int, delta int,"
                        + " before pg_lsn DEFAULT pg_current_wal_insert_lsn())",
                "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, filler text)",
                "INSERT INTO accounts SELECT i, 0, repeat('x', 84) FROM generate_series(0, " + (ACCOUNTS - 1) + ") i",
                "CREATE INDEX ON accounts (balance)",
                "CREATE TABLE scratch (n bigint)",
                "CREATE TABLE distant (n bigint, filler text) TABLESPACE far",
                "CREATE INDEX ON distant (n) TABLESPACE far",
                "CREATE UNLOGGED TABLE unlogged (n bigint PRIMARY KEY)",
                "CREATE TABLE tally (writer int, k bigint, account int, delta int, PRIMARY KEY (writer, k))",
                "CREATE TABLE tellers (id int PRIMARY KEY, balance bigint NOT NULL)",
                "INSERT INTO tellers SELECT i, 0 FROM generate_series(0, 999) i");
    }

    LedgerLoad start() {
        for (int writer = 0; writer < SERIAL_WRITERS; writer++) {
            run(this::writeSerially);
        }
        for (int writer = 0; writer < PARALLEL_WRITERS; writer++) {
            int number = writer;
            run(() -> writeInParallel(number));
        }
        run(this::maintain);
        return this;
    }

    private void run(Callable<?> writer) {
        writers.add(threads.submit(writer));
    }

    private Void writeSerially() throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                long n = number(statement, "UPDATE chain SET n = n + 1 RETURNING n");
                for (String sql : workOf(n)) {
                    statement.execute(sql);
                }
                connection.commit();
                try (ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
                    row.next();
                    acknowledged.put(n, Lsn.parse(row.getString(1)).value());
                }
                connection.commit();
                LockSupport.parkNanos(pause);
            }
        }
        return null;
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Everything a transaction does follows from its number; {@link RestoredBooks} counts it again. */
    private static List<String> workOf(long n) {
        List<String> work = new ArrayList<>();
        long account = n * 7919 % ACCOUNTS;
        long delta = n % 201 - 100;
        work.add("UPDATE accounts SET balance = balance + " + delta + " WHERE id = " + account);
        work.add("INSERT INTO ledger (n, account, delta) VALUES (" + n + ", " + account + ", " + delta + ")");
        if (n % 40 == 0) {
            work.add("TRUNCATE scratch");
        }
        work.add("INSERT INTO scratch VALUES (" + n + ")");
        work.add("INSERT INTO distant VALUES (" + n + ", repeat(md5('" + n + "'), 20))");
        if (n % 50 == 0) {
            work.add("DELETE FROM distant WHERE n <= " + (n - 200));
        }
        if (n % 20 == 0) {
            work.add("SELECT lo_from_bytea(" + (1_000_000 + n) + "::oid, convert_to(repeat(md5('" + n
                    + "'), 200), 'UTF8'))");
        }
        if (n % 30 == 0) {
            work.add("DROP TABLE IF EXISTS moving_" + (n - 30));
            work.add("CREATE TABLE moving_" + n + " AS SELECT i FROM generate_series(1, " + n + " % 1000) i");
        }
        return work;
    }

    private Void writeInParallel(int writer) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            long k = number(statement, "SELECT coalesce(max(k), 0) FROM tally WHERE writer = " + writer);
            while (!stopped) {
                k++;
                long account = (k * 31 + writer * 17) % 1000;
                long delta = k % 101 - 50;
                statement.execute("UPDATE tellers SET balance = balance + " + delta + " WHERE id = " + account);
                statement.execute(
                        "INSERT INTO tally VALUES (" + writer + ", " + k + ", " + account + ", " + delta + ")");
                connection.commit();
                LockSupport.parkNanos(pause);
            }
        }
        return null;
    }

    private Void maintain() throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            for (int round = 0; !stopped; round++) {
                statement.execute("VACUUM FULL tellers");
                statement.execute("CREATE DATABASE passing");
                statement.execute("VACUUM distant");
                statement.execute("VACUUM FULL accounts");
                statement.execute("INSERT INTO unlogged VALUES (" + System.nanoTime() + ")");
                statement.execute("DROP DATABASE passing");
                statement.execute("VACUUM (FREEZE) accounts");
                LockSupport.parkNanos(100 * pause);
            }
        }
        return null;
    }

    Map<Long, Long> acknowledged() {
        return acknowledged;
    }

    /** Fails if a writer failed. */
    void requireHealthy() {
        for (Future<?> writer : writers) {
            if (writer.isDone() && !stopped) {
                await(writer);
            }
        }
    }

    private static void await(Future<?> writer) {
        try {
            writer.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a writer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Lets the writers end their transactions. Idempotent. */
    @Override
    public void close() {
        stopped = true;
        try {
            writers.forEach(LedgerLoad::await);
        } finally {
            threads.shutdownNow();
        }
    }
}
