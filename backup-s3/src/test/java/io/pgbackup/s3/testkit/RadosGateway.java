package io.pgbackup.s3.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Ceph's object gateway on a cluster of one monitor and one store in memory: a real S3 server with versions, locks, policies and a token service. Needs
 * Debian's packages {@code radosgw}, {@code ceph-mon}, {@code ceph-osd} and {@code ceph-common}; without them its tests are skipped, or fail if the environment says
 * {@code CI=true}.
 */
public final class RadosGateway implements AutoCloseable {
    private static final List<String> PROGRAMS =
            List.of("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;
    private static final int WAIT_MILLISECONDS = 20;

    private final List<Process> daemons = new ArrayList<>();
    private final Path directory;
    private final int port;
    private final Path configuration;

    private RadosGateway(Path directory, int port) {
        this.directory = directory;
        this.port = port;
        this.configuration = directory.resolve("ceph.conf");
    }

    /**
     * Starts a gateway.
     *
     * @return the gateway; the caller closes it
     * @throws IOException if it does not start
     * @throws TestAbortedException if it is not installed
     */
    public static RadosGateway start() throws IOException {
        return startWith("");
    }

    /**
     * Starts a gateway for which a day of lifecycle rules lasts a second.
     *
     * @return the gateway; the caller closes it
     * @throws IOException if it does not start
     * @throws TestAbortedException if it is not installed
     */
    public static RadosGateway startWithShortDays() throws IOException {
        return startWith("rgw_lc_debug_interval=1\n");
    }

    private static RadosGateway startWith(String settings) throws IOException {
        requireInstalled();
        IOException failure = new IOException("not tried");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return started(settings);
            } catch (IOException e) {
                // Somebody else may have taken one of its ports meanwhile.
                failure = e;
            }
        }
        throw failure;
    }

    private static RadosGateway started(String settings) throws IOException {
        RadosGateway gateway = new RadosGateway(Files.createTempDirectory("radosgw"), freePort());
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::kill));
        try {
            gateway.begin(settings);
            return gateway;
        } catch (IOException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private static void requireInstalled() {
        List<String> missing = PROGRAMS.stream()
                .filter(program -> Stream.of("/usr/bin", "/usr/local/bin")
                        .noneMatch(place -> Files.isExecutable(Path.of(place, program))))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        String message = missing + " not found; install the packages radosgw, ceph-mon, ceph-osd and ceph-common";
        if ("true".equalsIgnoreCase(System.getenv("CI"))) {
            throw new IllegalStateException(message);
        }
        throw new TestAbortedException(message);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void begin(String settings) throws IOException {
        UUID cluster = UUID.randomUUID();
        UUID store = UUID.randomUUID();
        int monitor = freePort();
        configure(cluster, monitor, settings);
        String map = directory.resolve("monmap").toString();
        run("monmaptool", "--create", "--addv", "a", "[v1:127.0.0.1:" + monitor + "]", "--fsid", cluster + "", map);
        run("ceph-mon", "-c", configuration + "", "--mkfs", "-i", "a", "--monmap", map);
        daemon("ceph-mon", "-i", "a");
        run("ceph", "-c", configuration + "", "osd", "new", store + "", "0");
        run("ceph-osd", "-c", configuration + "", "-i", "0", "--mkfs", "--osd-uuid", store + "");
        daemon("ceph-osd", "-i", "0");
        daemon("radosgw", "-n", "client.rgw.a");
        awaitPort();
    }

    private void configure(UUID cluster, int monitor, String settings) throws IOException {
        for (String name : List.of("run", "log", "mon", "osd", "rgw")) {
            Files.createDirectory(directory.resolve(name));
        }
        String text =
                """
                [global]
                fsid=%1$s
                mon_initial_members=a
                mon_host=v1:127.0.0.1:%2$s
                public_addr=127.0.0.1
                cluster_addr=127.0.0.1
                auth_cluster_required=none
                auth_service_required=none
                auth_client_required=none
                osd_pool_default_size=1
                osd_pool_default_min_size=1
                osd_pool_default_pg_num=4
                osd_pool_default_pgp_num=4
                osd_pool_default_pg_autoscale_mode=off
                osd_crush_chooseleaf_type=0
                mon_allow_pool_size_one=true
                mon_max_pg_per_osd=2000
                mon_data_avail_crit=1
                ms_bind_ipv6=false
                paxos_propose_interval=0.02
                paxos_min_wait=0.01
                run_dir=%3$s/run
                log_file=%3$s/log/$name.log
                admin_socket=%3$s/run/$name.asok
                pid_file=%3$s/run/$name.pid
                [mon.a]
                mon_data=%3$s/mon
                [osd]
                osd_data=%3$s/osd
                osd_objectstore=memstore
                memstore_device_bytes=4294967296
                [client.rgw.a]
                rgw_frontends=beast endpoint=127.0.0.1:%4$s
                rgw_data=%3$s/rgw
                rgw_s3_auth_use_sts=true
                rgw_sts_key=%5$s
                """.formatted(cluster, monitor, directory, port, newSecret().substring(0, 16));
        Files.writeString(configuration, text + settings);
    }

    /** A user of the gateway. */
    public record User(String accessKey, String secretKey) {}

    /**
     * Makes a user with keys made for it.
     *
     * @param name of the user
     * @return the user
     * @throws IOException if it cannot be made
     */
    public User user(String name) throws IOException {
        User user = new User(newSecret(), newSecret());
        run(
                "radosgw-admin",
                "-c",
                configuration.toString(),
                "user",
                "create",
                "--uid=" + name,
                "--display-name=" + name,
                "--access-key=" + user.accessKey,
                "--secret-key=" + user.secretKey,
                "--caps=roles=*;user-policy=*");
        return user;
    }

    /**
     * Allows a user so many objects and no more.
     *
     * @param name of the user
     * @param objects number of objects in all its buckets
     * @throws IOException if that cannot be set
     */
    public void limitObjects(String name, int objects) throws IOException {
        String file = configuration.toString();
        run(
                "radosgw-admin",
                "-c",
                file,
                "quota",
                "set",
                "--quota-scope=user",
                "--uid=" + name,
                "--max-objects=" + objects);
        run("radosgw-admin", "-c", file, "quota", "enable", "--quota-scope=user", "--uid=" + name);
    }

    /**
     * Makes a role that a user may assume, and that may do everything.
     *
     * @param name of the role
     * @param user who may assume it
     * @throws IOException if it cannot be made
     */
    public void role(String name, String user) throws IOException {
        String file = configuration.toString();
        String trust =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"arn:aws:iam:::user/"
                        + user + "\"]},\"Action\":[\"sts:AssumeRole\"]}]}";
        String rights =
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\"],\"Resource\":\"arn:aws:s3:::*\"}]}";
        run("radosgw-admin", "-c", file, "role", "create", "--role-name=" + name, "--assume-role-policy-doc=" + trust);
        run(
                "radosgw-admin",
                "-c",
                file,
                "role-policy",
                "put",
                "--role-name=" + name,
                "--policy-name=all",
                "--policy-doc=" + rights);
    }

    /**
     * A client of the SDK, for what the library never does.
     *
     * @param user whose keys it uses
     * @return a new client; the caller closes it
     */
    public S3Client client(User user) {
        return S3Client.builder()
                .httpClient(Apache5HttpClient.create())
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create())
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(user.accessKey(), user.secretKey())))
                .build();
    }

    /**
     * Where the gateway is.
     *
     * @return {@code http://127.0.0.1:port}
     */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static String newSecret() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private void daemon(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-c", configuration.toString(), "-f"));
        Collections.addAll(command, arguments);
        daemons.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log/" + program + ".out").toFile())
                .start());
    }

    private void run(String... command) throws IOException {
        Path output = directory.resolve("log/" + UUID.randomUUID());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(command[0] + " failed: " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + command[0], e);
        }
    }

    private void awaitPort() throws IOException {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(deadline)) {
            requireRunning();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException("radosgw does not listen on port " + port + output());
    }

    private void requireRunning() throws IOException {
        if (!daemons.stream().allMatch(Process::isAlive)) {
            throw new IOException("a server of the gateway ended" + output());
        }
    }

    private String output() throws IOException {
        StringBuilder output = new StringBuilder();
        try (Stream<Path> files = Files.list(directory.resolve("log"))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".out")).toList()) {
                output.append("\n").append(file.getFileName()).append(": ").append(Files.readString(file));
            }
        }
        return output.toString();
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(WAIT_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for radosgw", e);
        }
    }

    private void kill() {
        // The gateway first: it hangs when its store goes away.
        for (int index = daemons.size() - 1; index >= 0; index--) {
            daemons.get(index).destroyForcibly().onExit().join();
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(RadosGateway::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
