package io.pgbackup.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/**
 * What is backed up: tables with contents of several kinds in two databases. The same for the same scale, as SQL sees it.
 *
 * @param scale 1.0 for about 2 GB
 * @param marker tells what the data directory beside it holds, so that the next run need not make it again
 */
record DataSet(double scale, Path marker) {
    private static final int ACCOUNTS = 2_600_000;
    private static final int OTHER_ACCOUNTS = 100_000;
    private static final String MAIN = "main";
    private static final String OTHER = "other";

    /** Makes a cluster that holds it, unless the one from an earlier run is still as it was. */
    void make(Workspace workspace, ServerPrograms programs, ComparedServer.Place place) throws IOException {
        String label = programs.directory() + " " + scale;
        if (Files.exists(marker) && Files.readString(marker).equals(label)) {
            System.err.println("using the data set made before");
            return;
        }
        long begin = System.nanoTime();
        Workspace.delete(place.data());
        workspace.ownDirectory(place.data());
        ComparedServer.initialize(workspace.commands(), programs, place.data());
        try (ComparedServer server = ComparedServer.start(workspace.commands(), programs, place, false)) {
            load(server);
        }
        Files.writeString(marker, label);
        System.err.printf(Locale.ROOT, "made the data set in %.0f s%n", (System.nanoTime() - begin) / 1e9);
    }

    private void load(ComparedServer server) {
        execute(server, "postgres", "CREATE DATABASE " + MAIN);
        execute(server, "postgres", "CREATE DATABASE " + OTHER);
        int accounts = (int) Math.max(1000, ACCOUNTS * scale);
        for (String part : List.of("accounts", "documents", "events", "attachments", "small-tables")) {
            execute(server, MAIN, settings(accounts), resource(part));
        }
        execute(server, OTHER, settings((int) Math.min(accounts, OTHER_ACCOUNTS)), resource("accounts"));
        for (String database : List.of(MAIN, OTHER)) {
            execute(server, database, "VACUUM (FREEZE, ANALYZE)");
        }
        execute(server, MAIN, "CHECKPOINT");
    }

    /** Changes about one page in a hundred and appends as many. Cannot be undone. */
    void mutate(ComparedServer server) throws IOException {
        Files.deleteIfExists(marker);
        execute(server, MAIN, settings(0), resource("mutation"));
        execute(server, MAIN, "CHECKPOINT");
    }

    private String settings(int accounts) {
        return "SELECT set_config('compare.scale', '" + scale + "', false), set_config('compare.accounts', '" + accounts
                + "', false), set_config('maintenance_work_mem', '256MB', false), set_config('synchronous_commit', 'off', false)";
    }

    private static void execute(ComparedServer server, String database, String... scripts) {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            for (String script : scripts) {
                statement.execute(script);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the server refused a part of the data set: " + e.getMessage(), e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = DataSet.class.getResourceAsStream(name + ".sql")) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + ".sql is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
