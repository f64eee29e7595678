package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection to one backend of a server, never from a pool: the backend's process number is noted at the beginning and must stay. Safe
 * for use by many threads, one statement at a time.
 */
public final class ServerSession implements AutoCloseable {
    private static final Duration PING_PATIENCE = Duration.ofSeconds(15);

    /** Makes a value of the row a query has found. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Connection connection;
    private final ServerVersion version;
    private final int backend;

    private ServerSession(SessionConnector.Connected connected) {
        this.connection = connected.connection();
        this.version = connected.version();
        this.backend = askBackend();
    }

    /**
     * Connects.
     *
     * @param settings where and as whom
     * @return the session, to be closed
     * @throws ClusterException {@code CONNECTION_FAILED} with what to check, {@code UNSUPPORTED_SERVER} for versions before 13
     */
    public static ServerSession connect(ConnectionSettings settings) {
        SessionConnector.Connected connected = SessionConnector.connect(settings);
        try {
            return new ServerSession(connected);
        } catch (RuntimeException e) {
            try {
                connected.connection().close();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /**
     * The server's version.
     *
     * @return 13 or newer
     */
    public ServerVersion version() {
        return version;
    }

    /**
     * The process number of the backend.
     *
     * @return as it was at the beginning
     */
    public int backend() {
        return backend;
    }

    /**
     * Asks what the server says of itself.
     *
     * @return the facts now
     * @throws ClusterException {@code MISSING_PRIVILEGE} if the role may not ask, {@code SESSION_LOST}
     */
    public ServerFacts facts() {
        return new FactsQuery(this).run();
    }

    /**
     * Asks what the server does with its finished segments.
     *
     * @return how it archives, and how that went
     * @throws ClusterException {@code SESSION_LOST}
     */
    public ArchiverState archiver() {
        return ArchiverState.ask(this);
    }

    /**
     * How far the log is safe on the server's disk: on a primary what is flushed, on a standby what was received or replayed, whichever is more.
     *
     * @return a position; bytes before it may be read from {@code pg_wal}
     * @throws ClusterException {@code SESSION_LOST}
     */
    public Lsn flushLsn() {
        return ask(
                "ask how far the log is flushed",
                "SELECT CASE WHEN pg_catalog.pg_is_in_recovery()"
                        + " THEN GREATEST(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())"
                        + " ELSE pg_catalog.pg_current_wal_flush_lsn() END",
                row -> Lsn.parse(row.getString(1)));
    }

    /**
     * Ends the current segment of the log, so that it is archived at once. Writes a record first: a segment without one is not ended.
     *
     * @return the position behind the last record of the segment
     * @throws ClusterException {@code MISSING_PRIVILEGE}, {@code SESSION_LOST}, or what the server says on a standby
     */
    public Lsn switchSegment() {
        ask("write a record", "SELECT pg_catalog.txid_current()", row -> row.getLong(1));
        return ask("end a WAL segment", "SELECT pg_catalog.pg_switch_wal()", row -> Lsn.parse(row.getString(1)));
    }

    /**
     * Whether the server is a standby or being restored.
     *
     * @return false once it was promoted
     * @throws ClusterException {@code SESSION_LOST}
     */
    public boolean inRecovery() {
        return ask("ask whether it is a standby", "SELECT pg_catalog.pg_is_in_recovery()", row -> row.getBoolean(1));
    }

    /**
     * The names of the tablespaces that have a directory of their own.
     *
     * @return by object identifier in decimal digits
     * @throws ClusterException {@code SESSION_LOST}
     */
    public Map<String, String> tablespaceNames() {
        return names(
                "ask for the tablespaces",
                "SELECT pg_catalog.array_agg(oid::text ORDER BY oid), pg_catalog.array_agg(spcname::text ORDER BY oid)"
                        + " FROM pg_catalog.pg_tablespace WHERE oid NOT IN (1663, 1664)");
    }

    /**
     * The names of the databases.
     *
     * @return by object identifier in decimal digits
     * @throws ClusterException {@code SESSION_LOST}
     */
    public Map<String, String> databaseNames() {
        return names(
                "ask for the databases",
                "SELECT pg_catalog.array_agg(oid::text ORDER BY oid), pg_catalog.array_agg(datname::text ORDER BY oid)"
                        + " FROM pg_catalog.pg_database");
    }

    private Map<String, String> names(String purpose, String sql) {
        return ask(purpose, sql, row -> {
            Map<String, String> names = new LinkedHashMap<>();
            if (row.getArray(1) != null) {
                String[] oids = (String[]) row.getArray(1).getArray();
                String[] texts = (String[]) row.getArray(2).getArray();
                for (int index = 0; index < oids.length; index++) {
                    names.put(oids[index], texts[index]);
                }
            }
            return names;
        });
    }

    /**
     * Proves that the session is alive and still the same backend. While another statement runs it returns at once: that one will tell.
     *
     * @throws ClusterException {@code SESSION_LOST}
     */
    public void ping() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(PING_PATIENCE.toMillis()));
            requireBackend(askBackend());
            connection.setNetworkTimeout(Runnable::run, 0);
        } catch (SQLException e) {
            throw SqlFailure.sessionLost(String.valueOf(e.getMessage()), e);
        } catch (ClusterException e) {
            throw e.code() == ErrorCode.SESSION_LOST ? e : SqlFailure.sessionLost(String.valueOf(e.getMessage()), e);
        } finally {
            lock.unlock();
        }
    }

    /** Refuses an answer of another backend than the one of the beginning. */
    void requireBackend(int answered) {
        if (answered != backend) {
            throw SqlFailure.sessionLost("backend " + answered + " answered instead of " + backend, null);
        }
    }

    private int askBackend() {
        return ask("ask for the backend", "SELECT pg_catalog.pg_backend_pid()", row -> row.getInt(1));
    }

    /** Runs a query of one row; parameters are text or Boolean. */
    <T> T ask(String attempted, String sql, Row<T> row, Object... parameters) {
        lock.lock();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int at = 0; at < parameters.length; at++) {
                statement.setObject(at + 1, parameters[at]);
            }
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next()) {
                    throw new SQLException("no row");
                }
                return row.read(result);
            }
        } catch (SQLException e) {
            throw SqlFailure.asking(attempted, e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session, also in the middle of a statement of another thread. Idempotent; never fails. */
    @Override
    public void close() {
        boolean idle = lock.tryLock();
        try {
            if (idle) {
                connection.close();
            } else {
                connection.abort(Runnable::run);
            }
        } catch (SQLException e) {
            // It is gone either way, and the server ends what it had begun.
            return;
        } finally {
            if (idle) {
                lock.unlock();
            }
        }
    }
}
