package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.TcpForwarder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Receiver, server and network die at random under load, again and again; in the end not a byte is missing or different. */
class KilledReceiverServerTest {
    private static final WalSegmentSize ONE = new WalSegmentSize(1 << 20);

    @TempDir
    Path directory;

    @Test
    void aDozenDeathsLoseNothing() throws Exception {
        die(PostgresVersion.V17, 12, new Random(17), Acknowledge.ON_LOCAL_DISK);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void manyDeathsLoseNothing(PostgresVersion version) throws Exception {
        long seed = System.nanoTime();
        System.out.println(version + " dies by seed " + seed);
        die(version, 40, new Random(seed), Acknowledge.STORED);
    }

    private void die(PostgresVersion version, int deaths, Random random, Acknowledge acknowledge) throws Exception {
        PostgresAvailability.require(version);
        Path archive = Files.createDirectory(directory.resolve("archive"));
        try (PostgresServer server = PostgresServer.of(version)
                        .walSegmentSize(1)
                        .setting("wal_keep_size", "8GB")
                        .start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            AtomicBoolean over = new AtomicBoolean();
            Thread load = new Thread(() -> load(server, over));
            load.start();
            Process receiver = start(network, archive, acknowledge);
            for (int death = 0; death < deaths; death++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1200)));
                assertThat(receiver.isAlive()).as(Files.readString(output())).isTrue();
                switch (random.nextInt(6)) {
                    case 0 -> restart(server);
                    case 1 -> killProcessOf(server, random);
                    case 2 -> network.cut();
                    default -> {
                        receiver.destroyForcibly().waitFor();
                        receiver = start(network, archive, acknowledge);
                    }
                }
            }
            over.set(true);
            load.join();
            receiver.destroyForcibly().waitFor();
            finish(server, network, archive);
        }
    }

    private static void load(PostgresServer server, AtomicBoolean over) {
        while (!over.get()) {
            try {
                server.execute(
                        "CREATE TABLE IF NOT EXISTS l (t text)",
                        "INSERT INTO l SELECT repeat(md5(random()::text), 8) FROM generate_series(1, 700)");
            } catch (IllegalStateException e) {
                // It is dead just now.
                Thread.onSpinWait();
            }
        }
    }

    private Path output() {
        return directory.resolve("receiver.log");
    }

    private Process start(TcpForwarder network, Path archive, Acknowledge acknowledge) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedReceiver.class.getName(),
                        String.valueOf(network.port()),
                        directory.resolve("spool").toString(),
                        archive.toString(),
                        acknowledge.name())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    private static void restart(PostgresServer server) {
        server.stop(PostgresServer.StopMode.IMMEDIATE);
        server.start();
    }

    /** The postmaster ends all others and recovers. */
    private static void killProcessOf(PostgresServer server, Random random) {
        await().ignoreExceptions().until(() -> {
            String pid = server.query(
                    "SELECT pid FROM pg_stat_activity WHERE backend_type IN ('walsender', 'walwriter', 'checkpointer')"
                            + " ORDER BY backend_type LIMIT 1 OFFSET " + random.nextInt(2));
            return ProcessHandle.of(Long.parseLong(String.valueOf(pid)))
                    .orElseThrow()
                    .destroyForcibly();
        });
    }

    private void finish(PostgresServer server, TcpForwarder network, Path archive) throws Exception {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> "1".equals(server.query("SELECT 1")));
        ServerWal wal = new ServerWal(server, ONE);
        DirectoryDestination destination = new DirectoryDestination(archive);
        StreamSettings settings = StreamSettings.of(directory.resolve("spool"), "keeper");
        ConnectionSettings connection =
                ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/postgres", "postgres");
        try (RunningReceiver receiver = new RunningReceiver(connection, settings, destination)) {
            receiver.awaitStored(wal.switchSegment());
        }
        int compared = wal.compare(destination, Timeline.FIRST);
        assertThat(compared).isGreaterThan(20).isEqualTo(destination.segments().size());
    }
}
