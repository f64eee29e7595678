package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A running postmaster: a direct child of this JVM. */
final class ServerProcess {
    /** Where and as whom it runs. */
    record Place(PostgresBinaries binaries, ServerUser user, Path base, Path data) {
        String program(String name) {
            return binaries.program(name).toString();
        }
    }

    private static final Duration START_DEADLINE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int PORT_TRIES = 5;
    private static final int LOG_LINES = 40;

    private final Place place;
    private final Process process;
    private final int port;

    private ServerProcess(Place place, Process process, int port) {
        this.place = place;
        this.process = process;
        this.port = port;
    }

    static ServerProcess start(Place place, boolean waitForEndOfRecovery) {
        for (int attempt = 1; ; attempt++) {
            ServerProcess server = launch(place, freePort());
            if (server.answers(waitForEndOfRecovery)) {
                return server;
            }
            String log = log(place.base());
            boolean running = server.process.isAlive();
            server.end();
            if (running || attempt == PORT_TRIES || !tail(log, LOG_LINES).contains("could not bind")) {
                throw new IllegalStateException("the server on " + place.data()
                        + (running ? " does not answer" : " ended") + "; its log:\n" + tail(log, LOG_LINES));
            }
        }
    }

    private static ServerProcess launch(Place place, int port) {
        List<String> command = List.of(
                place.program("postgres"),
                "-D",
                place.data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=" + place.base(),
                "-c",
                "logging_collector=off");
        try {
            Process process = new ProcessBuilder(place.user().command(command))
                    .directory(place.base().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            logFile(place.base()).toFile()))
                    .start();
            return new ServerProcess(place, process, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers(boolean waitForEndOfRecovery) {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try (Connection connection = DriverManager.getConnection(
                            "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "");
                    ResultSet result = connection
                            .createStatement()
                            .executeQuery("SELECT pg_is_in_recovery(), current_setting('data_directory')")) {
                // Somebody else's server may have been faster to take the port.
                if (result.next()
                        && result.getString(2).equals(place.data().toString())
                        && !(waitForEndOfRecovery && result.getBoolean(1))) {
                    return true;
                }
            } catch (SQLException e) {
                // Not yet: that is what is being waited for.
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return false;
    }

    int port() {
        return port;
    }

    void stop(String mode) {
        PostgresServer.run(
                place.user(),
                place.base(),
                List.of(place.program("pg_ctl"), "stop", "-D", place.data().toString(), "-m", mode, "-w", "-t", "60"));
        awaitEnd();
    }

    void kill() {
        List<ProcessHandle> children = process.children().toList();
        process.destroyForcibly();
        awaitEnd();
        // They hold the shared memory that the next server wants.
        children.forEach(child -> child.onExit().orTimeout(60, TimeUnit.SECONDS).join());
    }

    void end() {
        if (process.isAlive()) {
            try {
                stop("immediate");
            } catch (RuntimeException e) {
                process.destroyForcibly();
                awaitEnd();
            }
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static String log(Path base) {
        try {
            return Files.exists(logFile(base)) ? Files.readString(logFile(base), StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String tail(String log, int lines) {
        List<String> all = log.lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    private static Path logFile(Path base) {
        return base.resolve("server.log");
    }
}
