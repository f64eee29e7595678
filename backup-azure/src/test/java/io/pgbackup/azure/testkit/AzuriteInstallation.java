package io.pgbackup.azure.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The program of the emulator, installed by npm from a list of exact versions and digests into the directory that the system property
 * {@code azurite.directory} names; once, however many builds want it.
 */
final class AzuriteInstallation {
    private static final Path PROGRAM = Path.of("node_modules/azurite/dist/src/blob/main.js");
    private static final List<String> LISTS = List.of("package.json", "package-lock.json");
    private static final long MINUTES = 10;

    private AzuriteInstallation() {}

    /** The script to be run by node; empty if node or npm is missing. */
    static Optional<Path> program() throws IOException, InterruptedException {
        if (!runs("node", "--version") || !runs("npm", "--version")) {
            return Optional.empty();
        }
        Path directory = Path.of(Objects.requireNonNull(
                System.getProperty("azurite.directory"), "the system property azurite.directory is not set"));
        Files.createDirectories(directory);
        try (RandomAccessFile file =
                        new RandomAccessFile(directory.resolve("lock").toFile(), "rw");
                FileLock lock = file.getChannel().lock()) {
            Path done = directory.resolve("installed");
            if (lock.isValid() && !isCurrent(done)) {
                Files.deleteIfExists(done);
                install(directory);
                copy("package-lock.json", done);
            }
        }
        return Optional.of(directory.resolve(PROGRAM));
    }

    private static boolean isCurrent(Path done) throws IOException {
        try (InputStream wanted = open("package-lock.json")) {
            return Files.exists(done) && java.util.Arrays.equals(wanted.readAllBytes(), Files.readAllBytes(done));
        }
    }

    private static void install(Path directory) throws IOException, InterruptedException {
        for (String list : LISTS) {
            copy(list, directory.resolve(list));
        }
        Path log = directory.resolve("npm.log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!npm.waitFor(MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
            npm.destroyForcibly();
            throw new IOException("npm could not install the emulator:\n" + Files.readString(log));
        }
    }

    private static void copy(String list, Path target) throws IOException {
        try (InputStream bytes = open(list)) {
            Files.copy(bytes, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static InputStream open(String list) {
        return Objects.requireNonNull(AzuriteInstallation.class.getResourceAsStream("/azurite/" + list), list);
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
