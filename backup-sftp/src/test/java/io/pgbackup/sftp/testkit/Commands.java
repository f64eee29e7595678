package io.pgbackup.sftp.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs programs of the system. */
public final class Commands {
    private static final long PATIENCE_SECONDS = 60;

    private Commands() {}

    /** Skips the test if a program is missing; fails it where everything has to be there. */
    public static void require(String program, String debianPackage) {
        boolean found = isInstalled(program);
        String message = program + " is not installed (apt-get install " + debianPackage + ")";
        if (!found && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(message);
        }
        if (!found) {
            System.err.println("SKIPPED: " + message);
        }
        Assumptions.assumeTrue(found, message);
    }

    public static boolean isInstalled(String program) {
        return List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    public static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    public static String run(String... command) throws IOException {
        return runWithInput("", command);
    }

    public static String runWithInput(String input, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + output);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
