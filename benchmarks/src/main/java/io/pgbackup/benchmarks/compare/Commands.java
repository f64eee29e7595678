package io.pgbackup.benchmarks.compare;

import io.pgbackup.core.testkit.ServerUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs other programs, their output going to a file. For one thread. */
final class Commands {
    private static final int SHOWN_LINES = 20;

    private final ServerUser user;
    private final Path directory;
    private final Path output;

    Commands(ServerUser user, Path directory) {
        this.user = user;
        this.directory = directory;
        this.output = directory.resolve("output.log");
    }

    /** Runs a program as the user that owns the server and waits for its end, which must be a good one. */
    void runAsServerUser(List<String> command, Map<String, String> environment) {
        run(user.command(command), environment);
    }

    void runAsServerUser(String... command) {
        runAsServerUser(List.of(command), Map.of());
    }

    /** Runs a program as the user of this process. */
    void run(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = builder(command);
            builder.environment().putAll(environment);
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            int end = process.waitFor();
            if (end != 0) {
                throw new IllegalStateException(
                        "'" + String.join(" ", command) + "' ended with " + end + ":\n" + endOf(output));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Starts a program that stays, as the user that owns the server. */
    Process start(List<String> command, Path log) {
        try {
            return builder(user.command(command))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without what would steer PostgreSQL's and pgBackRest's programs behind our back. */
    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        return builder;
    }

    /** The first line a program prints, for example its version. */
    String firstLine(List<String> command) {
        run(command, Map.of());
        return endOf(output).lines().findFirst().orElse("");
    }

    static String endOf(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
        } catch (IOException e) {
            return file + " cannot be read: " + e;
        }
    }

    /** A program on the search path. */
    static Optional<Path> find(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
