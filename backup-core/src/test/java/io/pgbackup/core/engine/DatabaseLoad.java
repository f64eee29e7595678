package io.pgbackup.core.engine;

import static org.awaitility.Awaitility.await;

import io.pgbackup.core.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Writers in several databases, each on its table {@code t}: inserts, updates, deletes, vacuums. */
final class DatabaseLoad implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> writers = new ArrayList<>();
    private final AtomicLong rounds = new AtomicLong();
    private volatile boolean stopped;

    static DatabaseLoad on(PostgresServer server, List<String> databases) {
        DatabaseLoad load = new DatabaseLoad();
        for (String database : databases) {
            load.writers.add(load.threads.submit(() -> load.write(server, database)));
        }
        load.requireBusy();
        return load;
    }

    private Void write(PostgresServer server, String database) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            for (int round = 0; !stopped; round++) {
                statement.execute("INSERT INTO t SELECT i, repeat('y', 300) FROM generate_series(1, 50) i");
                statement.execute("UPDATE t SET v = 'round " + round + "' WHERE i = " + round % 20000);
                statement.execute("DELETE FROM t WHERE i <= 50 AND v LIKE 'yyy%'");
                if (round % 10 == 0) {
                    statement.execute("VACUUM t");
                }
                rounds.incrementAndGet();
            }
        }
        return null;
    }

    /** Waits for some work done from now on. */
    void requireBusy() {
        long wanted = rounds.get() + 10;
        await().atMost(Duration.ofSeconds(60)).until(() -> rounds.get() >= wanted);
    }

    @Override
    public void close() throws Exception {
        stopped = true;
        for (Future<?> writer : writers) {
            writer.get(60, TimeUnit.SECONDS);
        }
        threads.shutdownNow();
    }
}
