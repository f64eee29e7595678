package io.pgbackup.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * Segments that a real server wrote under small transactions, in a directory that looks like the server's own, so that they can be archived again and again.
 * The server runs on, and is asked what it is. For one thread.
 */
final class WalSource implements AutoCloseable {
    private static final double MOST_SCALE = 0.1;
    private static final int SEGMENT = 16 << 20;

    /** Reads and writes like those of pgbench, and events with a payload; each round is some hundred transactions. */
    private static final String ROUND = """
            DO $$
            DECLARE
                accounts int := (SELECT max(aid) FROM accounts);
                account int;
            BEGIN
                FOR n IN 1..1000 LOOP
                    account := 1 + floor(random() * accounts);
                    UPDATE accounts SET balance = balance + n WHERE aid = account;
                    INSERT INTO history VALUES (n % 20, 1, account, n, clock_timestamp());
                    INSERT INTO events VALUES (timestamptz '2025-06-01 00:00:00+00' + random() * interval '90 days', n, n % 12, random(), 'ok',
                        jsonb_build_object('request', md5(random()::text), 'milliseconds', n));
                    COMMIT;
                END LOOP;
            END
            $$
            """;

    private final Workspace workspace;
    private final ComparedServer server;
    private final Path data;
    private final List<String> segments;

    private WalSource(Workspace workspace, ComparedServer server, Path data, List<String> segments) {
        this.workspace = workspace;
        this.server = server;
        this.data = data;
        this.segments = List.copyOf(segments);
    }

    static WalSource make(Workspace workspace, ServerPrograms programs, ComparedServer.Place place, int count)
            throws IOException {
        new DataSet(Math.min(MOST_SCALE, count * 0.002), place.log().resolveSibling("data-set"))
                .make(workspace, programs, place);
        ComparedServer server = ComparedServer.start(workspace.commands(), programs, place, false);
        try {
            List<String> segments = write(server, count);
            Path data = workspace.ownDirectory(workspace.root().resolve("archived"));
            for (String directory : List.of("global", "pg_wal", "pg_wal/archive_status")) {
                workspace.ownDirectory(data.resolve(directory));
            }
            for (String file : Stream.concat(
                            Stream.of("PG_VERSION", "global/pg_control"),
                            segments.stream().map(name -> "pg_wal/" + name))
                    .toList()) {
                Files.copy(server.data().resolve(file), data.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            workspace.own(data);
            return new WalSource(workspace, server, data, segments);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The server keeps them: it is not asked for a checkpoint before they are copied, but for those that a load has. */
    private static List<String> write(ComparedServer server, int count) {
        try (Connection connection = server.connect("main");
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET wal_keep_size = '" + (count + 64) * 16 + "MB'");
            statement.execute("SELECT pg_reload_conf()");
            statement.execute("SELECT pg_switch_wal()");
            String first = text(statement, "SELECT pg_walfile_name(pg_current_wal_insert_lsn() + 1)");
            String begin = text(statement, "SELECT pg_current_wal_insert_lsn()");
            long checkpoint = 8L * SEGMENT;
            long written = 0;
            while (written < (count + 1L) * SEGMENT) {
                statement.execute(ROUND);
                written = Long.parseLong(text(statement, "SELECT pg_current_wal_insert_lsn() - '" + begin + "'"));
                if (written > checkpoint) {
                    statement.execute("CHECKPOINT");
                    checkpoint += 8L * SEGMENT;
                }
            }
            try (Stream<Path> files = Files.list(server.data().resolve("pg_wal"))) {
                return files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.matches("[0-9A-F]{24}") && name.compareTo(first) >= 0)
                        .sorted()
                        .limit(count)
                        .toList();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused the load: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    Path data() {
        return data;
    }

    ComparedServer server() {
        return server;
    }

    List<String> segments() {
        return segments;
    }

    /** All of them wait to be archived. */
    void ready() throws IOException {
        Path status = data.resolve("pg_wal/archive_status");
        for (String segment : segments) {
            Files.deleteIfExists(status.resolve(segment + ".done"));
            Files.write(status.resolve(segment + ".ready"), new byte[0]);
        }
        workspace.own(status);
    }

    /** A loop that does what the server's archiver does: a shell for each segment, one after the other. */
    List<String> pushing(String command) throws IOException {
        return loop("push", """
                sh -c "$command" sh "$1" || exit 1
                mv pg_wal/archive_status/"$1".ready pg_wal/archive_status/"$1".done
                """, command);
    }

    /** A loop that does what the server's recovery does, without reading what it gets. */
    List<String> fetching(String command) throws IOException {
        return loop("fetch", """
                rm -f pg_wal/RECOVERYXLOG
                sh -c "$command" sh "$1" pg_wal/RECOVERYXLOG || exit 1
                """, command);
    }

    private List<String> loop(String name, String body, String command) throws IOException {
        Path script = workspace.root().resolve(name);
        Files.writeString(
                script,
                "cd " + quoted(data.toString()) + " || exit 1\ncommand=" + quoted(command)
                        + "\nfor segment in " + String.join(" ", segments) + "; do\nset -- \"$segment\"\n" + body
                        + "done\n");
        workspace.own(script);
        return List.of("sh", script.toString());
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** The last segment that was fetched is the one that was asked for last. */
    void requireFetched() throws IOException {
        Path fetched = data.resolve("pg_wal/RECOVERYXLOG");
        long mismatch = Files.mismatch(fetched, data.resolve("pg_wal").resolve(segments.get(segments.size() - 1)));
        if (mismatch >= 0) {
            throw new IllegalStateException("what was fetched differs at " + mismatch);
        }
        Files.delete(fetched);
    }

    @Override
    public void close() {
        server.close();
    }
}
