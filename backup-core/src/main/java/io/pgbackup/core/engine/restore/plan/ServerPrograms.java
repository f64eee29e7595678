package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.restore.target.TargetFailure;
import io.pgbackup.core.work.Cancellation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server programs that shall run on a restored directory: only those of the same major version can. */
final class ServerPrograms {
    private static final Pattern VERSION = Pattern.compile("postgres \\(PostgreSQL\\) ([0-9]+).*", Pattern.DOTALL);
    private static final int PATIENCE_SECONDS = 10;

    private ServerPrograms() {}

    static void requireMajor(Path directory, int major) {
        Path program = directory.resolve("postgres");
        if (!Files.isExecutable(program)) {
            throw TargetFailure.unusable(
                    directory, "there is no program " + program, "name the directory that holds the program postgres");
        }
        String answer = version(program);
        Matcher matcher = VERSION.matcher(answer);
        if (!matcher.matches()) {
            throw TargetFailure.unusable(
                    directory,
                    program + " does not tell a version: " + answer.strip(),
                    "name the directory that holds the program postgres");
        }
        if (Integer.parseInt(matcher.group(1)) != major) {
            throw TargetFailure.unusable(
                    directory,
                    program + " is of version " + matcher.group(1) + ", the backup of " + major,
                    "a data directory runs only on programs of its own major version; name those of " + major);
        }
    }

    private static String version(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            byte[] answer = process.getInputStream().readNBytes(1000);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return new String(answer, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw TargetFailure.reading(program, e);
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
    }
}
