package io.pgbackup.core.engine;

import io.pgbackup.Lsn;
import io.pgbackup.core.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers that commit at the same time without waiting for each other. Each transaction writes its writer and the writer's next number, so the state of the
 * ledger is one number for each writer. Somebody else makes restore points meanwhile.
 */
final class CountingLoad implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final long PAUSE_NANOSECONDS = 1_000_000;
    private static final String STATE = "SELECT writer, count(*), min(k), max(k) FROM ledger GROUP BY writer";

    private final PostgresServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private final Map<String, Lsn> restorePoints = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    private CountingLoad(PostgresServer server) {
        this.server = server;
    }

    static void prepare(PostgresServer server) {
        server.execute("CREATE TABLE ledger (writer int, k bigint, filler text, PRIMARY KEY (writer, k))");
    }

    /** Goes on with the numbers that are there. */
    static CountingLoad on(PostgresServer server) {
        CountingLoad load = new CountingLoad(server);
        Map<Integer, Long> state = state(server);
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            load.run(() -> load.write(number, state.getOrDefault(number, 0L)));
        }
        load.run(load::name);
        return load;
    }

    private void run(Callable<?> task) {
        running.add(threads.submit(task));
    }

    private Void write(int writer, long before) throws SQLException {
        try (Connection connection = server.connect("postgres");
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO ledger VALUES (?, ?, repeat(md5(random()::text), 12))")) {
            for (long k = before + 1; !stopped; k++) {
                insert.setInt(1, writer);
                insert.setLong(2, k);
                insert.executeUpdate();
                committed.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOSECONDS);
            }
        }
        return null;
    }

    private Void name() throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            String begin = server.query("SELECT pg_current_wal_lsn()");
            for (int n = 1; !stopped; n++) {
                String name = "point " + n + " after " + begin;
                try (var made = statement.executeQuery("SELECT pg_create_restore_point('" + name + "')")) {
                    made.next();
                    restorePoints.put(name, Lsn.parse(made.getString(1)));
                }
                LockSupport.parkNanos(50 * PAUSE_NANOSECONDS);
            }
        }
        return null;
    }

    /** Returns when so many more transactions have been committed. */
    CountingLoad awaitMore(int transactions) {
        long enough = committed.get() + transactions;
        while (committed.get() < enough) {
            for (Future<?> task : running) {
                if (task.isDone()) {
                    finish(task);
                    throw new IllegalStateException("a writer ended early");
                }
            }
            LockSupport.parkNanos(PAUSE_NANOSECONDS);
        }
        return this;
    }

    /** The restore points made so far and the position behind each one's record. */
    Map<String, Lsn> restorePoints() {
        return Map.copyOf(restorePoints);
    }

    /** The last number of each writer; every one before is there exactly once. */
    static Map<Integer, Long> state(PostgresServer server) {
        Map<Integer, Long> state = new TreeMap<>();
        for (List<String> row : server.queryRows("postgres", STATE)) {
            List<Long> numbers =
                    row.stream().map(Objects::requireNonNull).map(Long::valueOf).toList();
            if (numbers.get(2) != 1 || !numbers.get(1).equals(numbers.get(3))) {
                throw new IllegalStateException("writer " + numbers.get(0) + " has " + numbers.get(1) + " numbers from "
                        + numbers.get(2) + " to " + numbers.get(3));
            }
            state.put(Math.toIntExact(numbers.get(0)), numbers.get(3));
        }
        return state;
    }

    private static void finish(Future<?> task) {
        try {
            task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a writer failed", e);
        }
    }

    /** Ends writers whose server may have died. */
    void abandon() {
        stopped = true;
        for (Future<?> task : running) {
            try {
                finish(task);
            } catch (IllegalStateException e) {
                // It was in the middle of something when the server died.
                continue;
            }
        }
        threads.shutdownNow();
    }

    /** Lets every writer end its transaction. Idempotent. */
    @Override
    public void close() {
        stopped = true;
        try {
            running.forEach(CountingLoad::finish);
        } finally {
            threads.shutdownNow();
        }
    }
}
