package io.pgbackup.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** A running server on the loopback interface: a direct child of this process, ended with it. For one thread. */
final class ComparedServer implements AutoCloseable {
    /** Where a server's parts are; the socket's directory has a short name. */
    record Place(Path data, Path socket, Path log) {}

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(50);

    /** Settings that make runs alike: nothing happens on its own, and archiving costs nothing. */
    private static final Map<String, String> SETTINGS = Map.of(
            "shared_buffers", "256MB",
            "max_wal_size", "4GB",
            "checkpoint_timeout", "1h",
            "autovacuum", "off",
            "jit", "off",
            "wal_level", "replica",
            "max_wal_senders", "10",
            "archive_mode", "on",
            "archive_command", "/bin/true",
            "timezone", "UTC");

    private final Commands commands;
    private final ServerPrograms programs;
    private final Place place;
    private final Process process;
    private final int port;
    private final Thread hook = new Thread(() -> stop("immediate"), "end-server");

    private ComparedServer(Commands commands, ServerPrograms programs, Place place, Process process, int port) {
        this.commands = commands;
        this.programs = programs;
        this.place = place;
        this.process = process;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static void initialize(Commands commands, ServerPrograms programs, Path data) {
        commands.runAsServerUser(
                programs.program("initdb"),
                "--pgdata=" + data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
                "--no-sync");
    }

    /** Starts a server and waits until it answers. While data is loaded it need not be durable; while it is backed up it is as always. */
    static ComparedServer start(Commands commands, ServerPrograms programs, Place place, boolean durable) {
        int port = freePort();
        Map<String, String> settings = new TreeMap<>(SETTINGS);
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", place.socket().toString());
        settings.put("fsync", durable ? "on" : "off");
        List<String> command = new ArrayList<>(
                List.of(programs.program("postgres"), "-D", place.data().toString(), "-p", Integer.toString(port)));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        ComparedServer server =
                new ComparedServer(commands, programs, place, commands.start(command, place.log()), port);
        server.awaitAnswer();
        return server;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() - deadline < 0) {
            try (Connection ignored = connect("postgres")) {
                return;
            } catch (SQLException e) {
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
        close();
        throw new IllegalStateException("the server does not answer; its log:\n" + Commands.endOf(place.log()));
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database), "postgres", "");
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    Path data() {
        return place.data();
    }

    Path socket() {
        return place.socket();
    }

    int port() {
        return port;
    }

    /** CPU seconds that the server and all its backends, also those that ended, have used so far. */
    double cpuSeconds() {
        return CpuSeconds.ofTree(process.toHandle());
    }

    private void stop(String mode) {
        if (process.isAlive()) {
            commands.runAsServerUser(
                    programs.program("pg_ctl"), "stop", "-D", place.data().toString(), "-m", mode, "-w", "-s");
        }
    }

    @Override
    public void close() {
        stop("fast");
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and runs the hook anyway.
            return;
        }
    }
}
