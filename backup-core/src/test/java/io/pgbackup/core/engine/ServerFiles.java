package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What an administrator does to the files of a stopped server. */
final class ServerFiles {
    private ServerFiles() {}

    static void copy(Path from, Path to) {
        run(List.of("cp", "-a", from.toString(), to.toString()));
    }

    static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static void clear(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            List<String> command = new ArrayList<>(List.of("rm", "-rf"));
            all.forEach(path -> command.add(path.toString()));
            run(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(PostgresServer server, Path data, String name) {
        try {
            Path file = data.resolve(name);
            Files.write(file, new byte[0], StandardOpenOption.CREATE_NEW);
            Files.setOwner(file, Files.getOwner(server.dataDirectory()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void settings(Path data, String... lines) {
        try {
            Files.write(data.resolve("postgresql.auto.conf"), List.of(lines), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
