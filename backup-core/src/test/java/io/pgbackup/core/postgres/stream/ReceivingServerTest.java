package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.TcpForwarder;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceivingServerTest {
    private static final WalSegmentSize ONE = new WalSegmentSize(1 << 20);

    @TempDir
    Path directory;

    private DirectoryDestination destination;
    private StreamSettings settings;

    @BeforeEach
    void directories() throws Exception {
        destination = new DirectoryDestination(Files.createDirectory(directory.resolve("archive")));
        settings = StreamSettings.of(directory.resolve("spool"), "pgbackup").partialAfter(Duration.ofMillis(200));
    }

    private static ConnectionSettings to(PostgresServer server) {
        return ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres");
    }

    @ParameterizedTest
    @EnumSource
    void segmentsAreThoseOfTheServerAndTheCurrentOneIsNeverFarBehind(PostgresVersion version) throws Exception {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .start()) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                wal.load(20);
                wal.switchSegment();
                wal.load(1);
                Lsn end = wal.flushed();
                receiver.awaitStored(end);
                assertThat(wal.compare(destination, Timeline.FIRST)).isGreaterThan(5);
                WalFileName current = WalFileName.containing(Timeline.FIRST, end, ONE);
                wal.comparePartial(destination, current, end);
                assertThat(receiver.position().lag()).isZero();
                assertThat(receiver.warnings()).isEmpty();
            }
            wal.load(5);
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                Lsn end = wal.switchSegment();
                receiver.awaitStored(end);
                assertThat(wal.compare(destination, Timeline.FIRST)).isGreaterThan(6);
                assertThat(receiver.warnings()).isEmpty();
            }
        }
    }

    @Test
    void itReceivesWhatPostgresOwnReceiverDoes() throws Exception {
        Path program = Path.of("/usr/lib/postgresql/15/bin/pg_receivewal");
        assumeTrue(Files.isExecutable(program), "no pg_receivewal of version 15 here");
        PostgresAvailability.require(PostgresVersion.V15);
        Path theirs = Files.createDirectory(directory.resolve("theirs"));
        try (PostgresServer server =
                PostgresServer.of(PostgresVersion.V15).walSegmentSize(1).start()) {
            ServerWal wal = new ServerWal(server, ONE);
            server.execute("SELECT pg_create_physical_replication_slot('theirs', true)");
            Process process = new ProcessBuilder(
                            program.toString(),
                            "-D" + theirs,
                            "--slot=theirs",
                            "--host=127.0.0.1",
                            "--port=" + server.port(),
                            "--username=postgres",
                            "--no-password")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("theirs.log").toFile())
                    .start();
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                wal.load(20);
                receiver.awaitStored(wal.switchSegment());
                String last = destination.newest(Timeline.FIRST).orElseThrow().toString();
                await().until(() -> Files.exists(theirs.resolve(last)));
                for (WalFileName name : destination.segments()) {
                    assertThat(theirs.resolve(name.toString())).hasBinaryContent(destination.bytes(name.toString()));
                }
                assertThat(destination.segments()).hasSizeGreaterThan(5);
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void largeSegments() throws Exception {
        PostgresVersion version = PostgresVersion.V16;
        PostgresAvailability.require(version);
        try (PostgresServer server =
                PostgresServer.of(version).walSegmentSize(64).start()) {
            ServerWal wal = new ServerWal(server, new WalSegmentSize(64 << 20));
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                wal.load(2);
                wal.switchSegment();
                wal.load(2);
                receiver.awaitStored(wal.switchSegment());
                assertThat(wal.compare(destination, Timeline.FIRST)).isEqualTo(2);
            }
        }
    }

    @Test
    void aShortPatienceOfTheServerIsMetEvenWhileTheDestinationIsStuck() throws Exception {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_sender_timeout", "600ms")
                .start()) {
            ServerWal wal = new ServerWal(server, ONE);
            CountDownLatch stuck = new CountDownLatch(1);
            AtomicInteger calls = new AtomicInteger();
            destination.before(() -> {
                if (calls.incrementAndGet() == 1) {
                    uninterruptibly(stuck);
                }
            });
            StreamSettings.Pace pace = settings.pace();
            StreamSettings narrow =
                    settings.pace(new StreamSettings.Pace(pace.partialAfter(), pace.status(), pace.silence(), 0));
            try (RunningReceiver receiver = new RunningReceiver(to(server), narrow, destination)) {
                wal.load(20);
                Lsn end = wal.switchSegment();
                await().until(() -> server.queryRows("postgres", "SELECT pid FROM pg_stat_replication")
                                .size()
                        == 1);
                String sender = String.valueOf(server.query("SELECT pid FROM pg_stat_replication"));
                await().during(Duration.ofSeconds(2))
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> sender.equals(server.query("SELECT min(pid) FROM pg_stat_replication")));
                assertThat(receiver.position().received()).isLessThan(end);
                assertThat(receiver.position().stored())
                        .isLessThan(receiver.position().received());
                stuck.countDown();
                receiver.awaitStored(end);
                assertThat(receiver.warnings()).isEmpty();
                wal.compare(destination, Timeline.FIRST);
            }
        }
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFailingDestinationIsTriedAgainAndNothingIsAcknowledgedBefore() throws Exception {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        try (PostgresServer server =
                PostgresServer.of(version).walSegmentSize(1).start()) {
            ServerWal wal = new ServerWal(server, ONE);
            AtomicBoolean down = new AtomicBoolean(true);
            destination.before(() -> {
                if (down.get()) {
                    throw new RepositoryException(ErrorCode.STORAGE_UNAVAILABLE, "the store is down", "wait");
                }
            });
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                wal.load(10);
                Lsn end = wal.switchSegment();
                await().until(() -> receiver.position().received().compareTo(end) >= 0
                        && !receiver.warnings().isEmpty());
                assertThat(server.query("SELECT s.restart_lsn < r.write_lsn AND r.flush_lsn = s.restart_lsn"
                                + " FROM pg_replication_slots s, pg_stat_replication r"))
                        .isEqualTo("t");
                assertThat(destination.segments()).isEmpty();
                down.set(false);
                receiver.awaitStored(end);
                wal.compare(destination, Timeline.FIRST);
                await().until(() ->
                        "t".equals(server.query("SELECT restart_lsn >= '" + end + "' FROM pg_replication_slots")));
            }
        }
    }

    @Test
    void anotherContentInTheDestinationEndsTheReceiver() throws Exception {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        try (PostgresServer server =
                PostgresServer.of(version).walSegmentSize(1).start()) {
            ServerWal wal = new ServerWal(server, ONE);
            destination.before(() -> {
                throw new ConflictException(ErrorCode.WAL_CONFLICT, "another content", "look");
            });
            try (RunningReceiver receiver = new RunningReceiver(to(server), settings, destination)) {
                wal.switchSegment();
                assertThat(receiver.awaitFailure()).isInstanceOf(ConflictException.class);
            }
        }
    }

    @Test
    void aServerThatShutsDownIsToldThatAllIsStored() throws Exception {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        StreamSettings lazy = settings.partialAfter(Duration.ofHours(1));
        try (PostgresServer server =
                        PostgresServer.of(version).walSegmentSize(1).start();
                TcpForwarder network = TcpForwarder.to(server::port);
                RunningReceiver receiver = new RunningReceiver(through(network), lazy, destination)) {
            ServerWal wal = new ServerWal(server, ONE);
            receiver.awaitStored(wal.switchSegment());
            wal.load(1);
            long begin = System.nanoTime();
            server.stop(PostgresServer.StopMode.FAST);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
            StreamPosition position = receiver.position();
            assertThat(position.stored()).isEqualTo(position.received());
            WalFileName current = WalFileName.containing(Timeline.FIRST, position.stored(), ONE);
            wal.comparePartial(destination, current, position.stored());
            server.start();
            wal.load(5);
            receiver.awaitStored(wal.switchSegment());
            wal.compare(destination, Timeline.FIRST);
            assertThat(receiver.warnings()).isNotEmpty();
        }
    }

    @Test
    void aServerThatShutsDownDoesNotWaitForAStoreThatIsDown() throws Exception {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        AtomicBoolean down = new AtomicBoolean();
        destination.before(() -> {
            if (down.get()) {
                throw new RepositoryException(ErrorCode.STORAGE_UNAVAILABLE, "the store is down", "wait");
            }
        });
        try (PostgresServer server =
                        PostgresServer.of(version).walSegmentSize(1).start();
                TcpForwarder network = TcpForwarder.to(server::port);
                RunningReceiver receiver = new RunningReceiver(through(network), settings, destination)) {
            ServerWal wal = new ServerWal(server, ONE);
            receiver.awaitStored(wal.switchSegment());
            down.set(true);
            wal.load(1);
            server.stop(PostgresServer.StopMode.FAST);
            server.start();
            wal.load(1);
            down.set(false);
            receiver.awaitStored(wal.switchSegment());
            wal.compare(destination, Timeline.FIRST);
        }
    }

    private static ConnectionSettings through(TcpForwarder network) {
        return ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/postgres", "postgres");
    }
}
