package io.pgbackup.sftp.testkit;

import io.pgbackup.sftp.Sftp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real OpenSSH server on the loopback interface. As root it is what administrators of backup servers set up: an account of its own that can do
 * nothing but SFTP, in a cage whose only writable directory is {@code /upload}. Otherwise it serves the user who runs the tests. Removed
 * without a trace when closed.
 */
public final class SshServer implements AutoCloseable {
    private static final String PROGRAM = "/usr/sbin/sshd";

    private final Path home;
    private final String user;
    private final boolean caged;
    private final int port;
    private final Path clientKey;
    private final Path hostKey;
    private Process process;

    private SshServer(Path home, String user, Setup setup) throws IOException {
        this.home = home;
        this.user = user;
        this.caged = Commands.isRoot();
        this.port = freePort();
        Path keys = Files.createDirectory(home.resolve("keys"));
        this.clientKey = Keys.make(keys, "ed25519", "");
        this.hostKey = Keys.make(Files.createDirectory(home.resolve("host")), setup.hostKeyType, "");
        authorize(clientKey);
        Files.writeString(home.resolve("sshd_config"), configuration(setup));
        this.process = launch();
    }

    /** What may differ from server to server. */
    public static final class Setup {
        private String hostKeyType = "ed25519";
        private String fileServiceOptions = "";
        private final List<String> lines = new ArrayList<>();

        public Setup hostKey(String type) {
            hostKeyType = type;
            return this;
        }

        /** Options of internal-sftp. */
        public Setup fileService(String options) {
            fileServiceOptions = " " + options;
            return this;
        }

        /** A line of sshd_config, before the usual ones. */
        public Setup line(String line) {
            lines.add(line);
            return this;
        }

        /** Starts it; the test is skipped if OpenSSH is not installed. */
        public SshServer start() throws IOException {
            Commands.require("sshd", "openssh-server");
            Commands.require("ssh-keygen", "openssh-client");
            return SshServer.start(this);
        }
    }

    /** A server as usual. */
    public static SshServer start() throws IOException {
        return new Setup().start();
    }

    private static SshServer start(Setup setup) throws IOException {
        String id = HexFormat.of().toHexDigits(new Random().nextInt());
        if (!Commands.isRoot()) {
            Path home = Files.createTempDirectory("pgbackup-sftp-");
            Files.createDirectories(home.resolve("cage/upload"));
            return new SshServer(home, System.getProperty("user.name"), setup);
        }
        // A cage and all directories above it must belong to root and be writable for nobody else: /tmp will not do.
        Path home = Files.createDirectory(Path.of("/var/lib/pgbackup-sftp-" + id));
        String user = "pgb" + id;
        Commands.run("useradd", "-M", "-s", "/usr/sbin/nologin", "-p", "*", user);
        Path upload = Files.createDirectories(home.resolve("cage/upload"));
        UserPrincipal owner =
                upload.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        Files.setOwner(upload, owner);
        Files.createDirectories(Path.of("/run/sshd"));
        return new SshServer(home, user, setup);
    }

    private String configuration(Setup setup) {
        List<String> lines = new ArrayList<>(setup.lines);
        lines.add("Port " + port);
        lines.add("ListenAddress 127.0.0.1");
        lines.add("HostKey " + hostKey);
        lines.add("PidFile " + home.resolve("sshd.pid"));
        lines.add("AuthorizedKeysFile " + home.resolve("authorized_keys"));
        lines.add("StrictModes no");
        lines.add("UsePAM no");
        lines.add("PasswordAuthentication no");
        lines.add("KbdInteractiveAuthentication no");
        lines.add("LogLevel VERBOSE");
        lines.add("MaxStartups 200:30:300");
        lines.add("AllowUsers " + user);
        lines.add("Subsystem sftp internal-sftp");
        lines.add("Match User " + user);
        lines.add("  DisableForwarding yes");
        lines.add("  PermitTTY no");
        if (caged) {
            lines.add("  ChrootDirectory " + home.resolve("cage"));
        }
        lines.add("  ForceCommand internal-sftp -l VERBOSE" + setup.fileServiceOptions);
        return String.join("\n", lines) + "\n";
    }

    private Process launch() throws IOException {
        Process started = new ProcessBuilder(
                        PROGRAM, "-D", "-e", "-f", home.resolve("sshd_config").toString())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    if (!started.isAlive()) {
                        throw new IllegalStateException("sshd ended: " + log());
                    }
                    return answers();
                });
        return started;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the server and all its connections, and starts it again on the same port. */
    public void restart() throws IOException {
        stop();
        process = launch();
    }

    /** Ends all connections but not the server. */
    public void dropConnections() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** The processes that serve connections. */
    public Stream<ProcessHandle> serving() {
        return process.descendants();
    }

    /** Ends the server and all its connections. */
    public void stop() {
        List<ProcessHandle> serving = process.descendants().toList();
        process.destroy();
        serving.forEach(ProcessHandle::destroyForcibly);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the holder of a private key log in. */
    public void authorize(Path privateKey) throws IOException {
        Path file = home.resolve("authorized_keys");
        String before = Files.exists(file) ? Files.readString(file) : "";
        Files.writeString(file, before + Files.readString(Keys.publicKey(privateKey)));
    }

    public void setPassword(String password) throws IOException {
        Commands.runWithInput(user + ":" + password + "\n", "chpasswd");
    }

    public String user() {
        return user;
    }

    public int port() {
        return port;
    }

    public Path clientKey() {
        return clientKey;
    }

    public Path hostKey() {
        return hostKey;
    }

    /** A directory for files of a test. */
    public Path scratch() {
        return home.resolve("keys");
    }

    /** The writable directory, as the file system of this machine has it. */
    public Path uploads() {
        return home.resolve("cage/upload");
    }

    /** The same as clients see it. */
    public String uploadPath() {
        return caged ? "/upload" : uploads().toString();
    }

    public String location(String directory) {
        return "sftp://" + user + "@127.0.0.1:" + port + uploadPath() + "/" + directory;
    }

    /** Settings that log in and know the server's key. */
    public Sftp settings() throws IOException {
        return Sftp.privateKey(clientKey).pinnedHostKey(Keys.fingerprint(hostKey));
    }

    public String log() {
        try {
            return Files.readString(home.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        stop();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        if (caged) {
            Commands.run("userdel", "-f", user);
        }
    }
}
