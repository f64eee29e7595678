package io.pgbackup.core.engine.wal;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.wal.JavaFallback;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** How a JVM is started for one file, and how its start is made faster. Stateless. */
final class JavaLaunching {
    /** No segment has this name: a log begins with the second. */
    private static final String ABSENT = "000000010000000000000000";

    private static final int MOST_SECONDS = 120;

    private JavaLaunching() {}

    /** The command without its arguments. */
    static List<String> command(JavaFallback fallback) {
        List<String> command = begin(fallback);
        fallback.sharedArchive().ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
        return end(fallback, command);
    }

    private static List<String> begin(JavaFallback fallback) {
        return new ArrayList<>(List.of(
                fallback.java().toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
    }

    private static List<String> end(JavaFallback fallback, List<String> command) {
        command.addAll(List.of("-cp", fallback.classPath(), LaunchedCommand.class.getName()));
        return command;
    }

    /** Asks the repositories for a file that none has, and keeps the classes that were loaded for it. */
    static void createSharedArchive(JavaFallback fallback, CommandDirectory owner) {
        Path archive = fallback.sharedArchive()
                .orElseThrow(() -> failure("no file is named for it", "name one with sharedArchive()"));
        try {
            Path directory =
                    Files.createTempDirectory(Objects.requireNonNull(archive.getParent()), ".pgbackup-shared-");
            Path made = directory.resolve("made.jsa");
            try {
                List<String> command = begin(fallback);
                command.add("-XX:ArchiveClassesAtExit=" + made);
                end(fallback, command);
                command.addAll(List.of(
                        "fetch",
                        fallback.settings().toString(),
                        ABSENT,
                        directory.resolve("x").toString()));
                run(command, directory.resolve("said"));
                if (Files.notExists(made)) {
                    throw failure("Java made none", "its class path must hold archives only, no directories");
                }
                owner.own(made);
                Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                for (String left : List.of("made.jsa", "said", "x")) {
                    Files.deleteIfExists(directory.resolve(left));
                }
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw CommandDirectory.unusable(archive, e);
        }
    }

    private static void run(List<String> command, Path said) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failure("it took longer than " + MOST_SECONDS + " s", "do the repositories answer?");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw failure("it was interrupted", "call it again");
        }
        if (process.exitValue() != LaunchedCommand.MISSING) {
            throw failure(
                    "the command ends with " + process.exitValue() + ": "
                            + Files.readString(said, StandardCharsets.UTF_8).strip(),
                    "with these settings it would fail for the server, too");
        }
    }

    private static ConfigurationException failure(String what, String hint) {
        return new ConfigurationException(
                ErrorCode.TARGET_UNUSABLE, "the file with loaded classes was not made: " + what, hint);
    }
}
