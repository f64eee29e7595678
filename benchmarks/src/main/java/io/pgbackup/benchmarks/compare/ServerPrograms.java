package io.pgbackup.benchmarks.compare;

import io.pgbackup.core.testkit.PostgresBinaries;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of one PostgreSQL version.
 *
 * @param directory holds {@code initdb}, {@code pg_ctl}, {@code postgres} and perhaps {@code pg_basebackup}
 */
record ServerPrograms(Path directory) {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");

    /** Chooses: {@code auto} takes what the system has installed, newest major first, because other tools know that; else the embedded one. */
    static ServerPrograms choose(String choice) {
        return switch (choice) {
            case "auto" -> installed().orElseGet(ServerPrograms::embedded);
            case "embedded" -> embedded();
            default -> new ServerPrograms(Path.of(choice).toAbsolutePath());
        };
    }

    private static Optional<ServerPrograms> installed() {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d+"))
                    .sorted(Comparator.comparingInt((Path version) ->
                                    Integer.parseInt(version.getFileName().toString()))
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .filter(directory -> Files.isExecutable(directory.resolve("postgres")))
                    .map(ServerPrograms::new)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerPrograms embedded() {
        PostgresVersion newest = PostgresVersion.available()
                .max(Comparator.naturalOrder())
                .orElseThrow(
                        () -> new IllegalStateException(
                                "no PostgreSQL is installed and none is embedded: install one, or set the system property postgres.binaries"));
        return new ServerPrograms(Objects.requireNonNull(
                PostgresBinaries.of(newest).program("initdb").getParent()));
    }

    String program(String name) {
        return directory.resolve(name).toString();
    }

    boolean has(String name) {
        return Files.isExecutable(directory.resolve(name));
    }
}
