package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real server on the loopback interface with the superuser {@code postgres}, who needs no password. Closing it ends the server and removes
 * all that the fixture made; so does the end of this JVM. For one thread, but its connections may be used by many.
 */
public final class PostgresServer implements AutoCloseable {
    /** How a server is stopped. */
    public enum StopMode {
        /** Waits until all clients are gone. */
        SMART,
        /** Disconnects clients and writes a checkpoint. */
        FAST,
        /** Like a crash. */
        IMMEDIATE
    }

    private static final int COMMAND_SECONDS = 120;
    private static final int LOG_LINES = 40;

    private final PostgresVersion version;
    private final Path base;
    private final Path data;
    private final ServerUser user;
    private final boolean waitForEndOfRecovery;
    private final Thread hook = new Thread(this::end, "end-postgres");
    private @Nullable ServerProcess process;

    PostgresServer(PostgresServerBuilder settings, Path base, Path data) {
        this.version = settings.version();
        this.base = base;
        this.data = data;
        this.user = settings.user();
        this.waitForEndOfRecovery = settings.waitForEndOfRecovery();
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: too late for a server.
            end();
            throw e;
        }
    }

    /**
     * Begins the description of a new server.
     *
     * @param version which
     * @return to be refined and started
     */
    public static PostgresServerBuilder of(PostgresVersion version) {
        return new PostgresServerBuilder(version);
    }

    /**
     * Starts a server on an existing data directory, for example a restored one, and waits until its recovery has ended. The directory is
     * given to the user that servers run as; it is not removed at the end.
     *
     * @param version of the data directory
     * @param dataDirectory where
     * @return the running server
     */
    public static PostgresServer startOn(PostgresVersion version, Path dataDirectory) {
        return of(version).startOn(dataDirectory);
    }

    /** Starts the server, also again after {@link #stop}, and waits until it answers. */
    public void start() {
        process = ServerProcess.start(
                new ServerProcess.Place(PostgresBinaries.of(version), user, base, data), waitForEndOfRecovery);
    }

    /**
     * Stops the server and waits for its end.
     *
     * @param mode how
     */
    public void stop(StopMode mode) {
        ServerProcess running = process;
        if (running != null) {
            running.stop(mode.name().toLowerCase(java.util.Locale.ROOT));
            process = null;
        }
    }

    /** Ends the server's first process as {@code kill -9} does, and waits until the others have noticed. */
    public void kill() {
        ServerProcess running = process;
        if (running != null) {
            running.kill();
            process = null;
        }
    }

    /** Stops fast and starts again. */
    public void restart() {
        stop(StopMode.FAST);
        start();
    }

    /**
     * Its version.
     *
     * @return the major
     */
    public PostgresVersion version() {
        return version;
    }

    /**
     * Its data directory.
     *
     * @return an absolute path
     */
    public Path dataDirectory() {
        return data;
    }

    /**
     * The directory of its Unix socket.
     *
     * @return a short absolute path
     */
    public Path socketDirectory() {
        return base;
    }

    /**
     * Where it listens.
     *
     * @return a port of 127.0.0.1
     */
    public int port() {
        ServerProcess running = process;
        if (running == null) {
            throw new IllegalStateException("the server does not run");
        }
        return running.port();
    }

    /**
     * How to connect.
     *
     * @param database to connect to
     * @return without user and password
     */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /**
     * Connects as superuser.
     *
     * @param database to connect to
     * @return the connection, to be closed
     * @throws SQLException if it fails
     */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), "postgres", "");
    }

    /**
     * Executes statements as superuser in database {@code postgres}, each by itself.
     *
     * @param statements the SQL
     */
    public void execute(String... statements) {
        executeIn("postgres", statements);
    }

    /**
     * Executes statements as superuser, each by itself.
     *
     * @param database where
     * @param statements the SQL
     */
    public void executeIn(String database, String... statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused: " + String.join("; ", statements), e);
        }
    }

    /**
     * Asks for one value as superuser in database {@code postgres}.
     *
     * @param sql a query
     * @return first column of the first row as text; null if that is null
     */
    public @Nullable String query(String sql) {
        return queryRows("postgres", sql).get(0).get(0);
    }

    /**
     * Asks as superuser.
     *
     * @param database where
     * @param sql a query
     * @return all rows, each value as text or null
     */
    public List<List<@Nullable String>> queryRows(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused: " + sql, e);
        }
    }

    /**
     * Puts lines at the head of {@code pg_hba.conf}, where the first match wins, and lets the server read it.
     *
     * @param lines for example {@code host all backup 127.0.0.1/32 scram-sha-256}
     */
    public void authenticate(String... lines) {
        try {
            Path file = data.resolve("pg_hba.conf");
            Files.writeString(file, String.join("\n", lines) + "\n" + Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        execute("SELECT pg_reload_conf()");
    }

    /**
     * Lets the server archive by a command from now on; it must have been started with {@code archive_mode}.
     *
     * @param command the value of {@code archive_command}
     */
    public void archiveBy(String command) {
        execute("ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'", "SELECT pg_reload_conf()");
    }

    /**
     * What the server has logged since its first start.
     *
     * @return all of it
     */
    public String log() {
        return ServerProcess.log(base);
    }

    /**
     * The end of the log.
     *
     * @return some lines
     */
    public String logTail() {
        return ServerProcess.tail(log(), LOG_LINES);
    }

    static void run(ServerUser user, Path directory, List<String> command) {
        try {
            Process process = new ProcessBuilder(user.command(command))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Ends the server at once and removes what the fixture made. Idempotent. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending and runs the hook anyway.
            return;
        }
    }

    private void end() {
        ServerProcess running = process;
        if (running != null) {
            running.end();
            process = null;
        }
        try {
            if (Files.exists(base)) {
                Directories.delete(base);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + base, e);
        }
    }
}
