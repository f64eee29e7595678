package io.pgbackup.sftp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** OpenSSH's agent, for as long as it is open. */
final class SshAgent implements AutoCloseable {
    private final Path directory;
    private final Process process;

    private SshAgent(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    static SshAgent start() throws IOException {
        Path directory = Files.createTempDirectory("agent");
        Path socket = directory.resolve("socket");
        Process process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(socket));
        return new SshAgent(directory, process);
    }

    void add(Path privateKey) throws IOException {
        run(List.of("ssh-add", "-q", privateKey.toString()));
    }

    /** Runs a program of this class path that finds the agent, and gives what it prints. */
    String run(Class<?> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private String run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SSH_AUTH_SOCK", directory.resolve("socket").toString());
        Process running = builder.start();
        try {
            return new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            running.destroyForcibly();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        Files.deleteIfExists(directory.resolve("socket"));
        Files.delete(directory);
    }
}
