package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresServerBuilder;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.TcpForwarder;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SlotServerTest {
    private static final WalSegmentSize ONE = new WalSegmentSize(1 << 20);

    @TempDir
    Path directory;

    private DirectoryDestination destination;
    private StreamSettings settings;

    @BeforeEach
    void directories() throws Exception {
        destination = new DirectoryDestination(Files.createDirectory(directory.resolve("archive")));
        StreamSettings.Pace pace =
                new StreamSettings.Pace(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofSeconds(5), 1 << 24);
        settings = StreamSettings.of(directory.resolve("spool"), "keeper").pace(pace);
    }

    private static PostgresServerBuilder server(PostgresVersion version) {
        PostgresAvailability.require(version);
        return PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("max_wal_size", "4MB")
                .setting("min_wal_size", "2MB");
    }

    private RunningReceiver receiver(TcpForwarder network) {
        return new RunningReceiver(
                ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/postgres", "postgres"),
                settings,
                destination);
    }

    private static ErrorCode codeOf(Throwable failure) {
        return ((PgBackupException) failure).code();
    }

    /** Writes so much that what nobody keeps is gone. */
    private static void outrun(PostgresServer server, ServerWal wal) {
        for (int round = 0; round < 5; round++) {
            wal.load(6);
            wal.switchSegment();
            server.execute("CHECKPOINT");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlotThatIsDroppedInTheMiddleIsToldAndTheNextReceiverGoesOnIfNothingIsMissing(PostgresVersion version)
            throws Exception {
        try (PostgresServer server =
                        server(version).setting("wal_keep_size", "1GB").start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
                drop(server);
                network.cut();
                Throwable failure = receiver.awaitFailure();
                assertThat(failure).isInstanceOf(ClusterException.class);
                assertThat(codeOf(failure)).isEqualTo(ErrorCode.SLOT_LOST);
                assertThat(((PgBackupException) failure).hint()).contains("start the receiver again");
            }
            wal.load(5);
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
                wal.compare(destination, Timeline.FIRST);
                assertThat(receiver.warnings()).singleElement().asString().contains("made anew");
            }
        }
    }

    /** Ends the sender again and again until the slot is free for a moment. */
    private static void drop(PostgresServer server) {
        await().until(() -> {
            try {
                server.execute(
                        "DO $$ BEGIN PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active;"
                                + " PERFORM pg_sleep(0.03); PERFORM pg_drop_replication_slot('keeper'); END $$");
                return true;
            } catch (IllegalStateException e) {
                return false;
            }
        });
    }

    @Test
    void walThatIsGoneIsToldAndPassedOverOnlyOnRequest() throws Exception {
        try (PostgresServer server = server(PostgresVersion.V17).start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
            }
            List<WalFileName> before = destination.segments();
            drop(server);
            outrun(server, wal);
            for (int attempt = 0; attempt < 2; attempt++) {
                try (RunningReceiver receiver = receiver(network)) {
                    Throwable failure = receiver.awaitFailure();
                    assertThat(codeOf(failure)).as(failure.toString()).isEqualTo(ErrorCode.WAL_GONE);
                }
            }
            assertThat(destination.segments()).isEqualTo(before);
            settings = settings.overGaps();
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
                assertThat(receiver.warnings())
                        .anySatisfy(warning -> assertThat(warning).contains("take a backup now"));
            }
            assertThat(destination.segments()).hasSizeGreaterThan(before.size());
        }
    }

    /** As it may happen to a slot that is made while a checkpoint removes segments. */
    @Test
    void aSlotThatKeepsWhatIsGoneAlreadyIsPassedOverToo() throws Exception {
        try (PostgresServer server = server(PostgresVersion.V17).start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
            }
            await().until(() -> "f".equals(server.query("SELECT active FROM pg_replication_slots")));
            wal.load(6);
            WalFileName kept = WalFileName.parse(Objects.requireNonNull(
                    server.query("SELECT pg_walfile_name(restart_lsn + 1) FROM pg_replication_slots")));
            wal.switchSegment();
            Files.delete(server.dataDirectory().resolve("pg_wal").resolve(kept.toString()));
            try (RunningReceiver receiver = receiver(network)) {
                assertThat(codeOf(receiver.awaitFailure())).isEqualTo(ErrorCode.WAL_GONE);
            }
            settings = settings.overGaps();
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
                assertThat(receiver.warnings())
                        .anySatisfy(warning -> assertThat(warning).contains("take a backup now"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlotThatTheServerInvalidatedIsTold(PostgresVersion version) throws Exception {
        try (PostgresServer server =
                        server(version).setting("max_slot_wal_keep_size", "3MB").start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = receiver(network)) {
                receiver.awaitStored(wal.switchSegment());
            }
            await().until(() -> "f".equals(server.query("SELECT active FROM pg_replication_slots")));
            outrun(server, wal);
            await().until(() -> "lost".equals(server.query("SELECT wal_status FROM pg_replication_slots")));
            try (RunningReceiver receiver = receiver(network)) {
                assertThat(codeOf(receiver.awaitFailure())).isEqualTo(ErrorCode.SLOT_LOST);
            }
        }
    }

    @Test
    void aSlotAtRiskIsWarnedAbout() throws Exception {
        try (PostgresServer server = server(PostgresVersion.newest())
                        .setting("max_slot_wal_keep_size", "3MB")
                        .setting("max_wal_size", "1GB")
                        .start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            destination.before(() -> {
                throw new io.pgbackup.error.RepositoryException(ErrorCode.STORAGE_UNAVAILABLE, "down", "wait");
            });
            try (RunningReceiver receiver = receiver(network)) {
                await().until(() -> "1".equals(server.query("SELECT count(*) FROM pg_stat_replication")));
                wal.load(30);
                await().until(() ->
                        receiver.warnings().stream().anyMatch(warning -> warning.contains("max_slot_wal_keep_size")));
                destination.before(() -> {});
            }
        }
    }

    @Test
    void aSlotOfAnotherReceiverIsWaitedFor() throws Exception {
        try (PostgresServer server = server(PostgresVersion.newest()).start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver first = receiver(network)) {
                first.awaitStored(wal.switchSegment());
                RunningReceiver sameDirectory = receiver(network);
                assertThat(sameDirectory.awaitFailure()).isInstanceOf(ConfigurationException.class);
                sameDirectory.close();
                StreamSettings mine = settings;
                settings =
                        StreamSettings.of(directory.resolve("other"), "keeper").pace(mine.pace());
                try (RunningReceiver second = receiver(network)) {
                    await().until(() -> second.warnings().stream().anyMatch(warning -> warning.contains("is active")));
                    first.close();
                    second.awaitStored(wal.switchSegment());
                }
            }
        }
    }

    @Test
    void aLogicalSlotIsRefused() throws Exception {
        try (PostgresServer server = server(PostgresVersion.newest())
                        .setting("wal_level", "logical")
                        .start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            server.execute("SELECT pg_create_logical_replication_slot('keeper', 'pgoutput')");
            try (RunningReceiver receiver = receiver(network)) {
                assertThat(receiver.awaitFailure())
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("logical");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRoleThatMayOnlyReplicateIsEnough(PostgresVersion version) throws Exception {
        try (PostgresServer server = server(version).start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            server.execute("CREATE ROLE \"Re\"\"ceiver\" LOGIN");
            server.authenticate(
                    "host replication \"Re\"\"ceiver\" 127.0.0.1/32 trust",
                    "host all \"Re\"\"ceiver\" 127.0.0.1/32 reject");
            ConnectionSettings connection =
                    ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/postgres", "Re\"ceiver");
            try (RunningReceiver receiver = new RunningReceiver(connection, settings, destination)) {
                PgBackupException refused = (PgBackupException) receiver.awaitFailure();
                assertThat(refused.code()).isEqualTo(ErrorCode.MISSING_PRIVILEGE);
                assertThat(refused.hint()).contains("ALTER ROLE \"Re\"\"ceiver\" REPLICATION");
                server.execute(refused.hint().substring(refused.hint().indexOf("ALTER ROLE")));
            }
            ServerWal wal = new ServerWal(server, ONE);
            for (int round = 0; round < 2; round++) {
                try (RunningReceiver receiver = new RunningReceiver(connection, settings, destination)) {
                    wal.load(2);
                    Lsn end = wal.switchSegment();
                    receiver.awaitStored(end);
                    assertThat(receiver.warnings()).singleElement().asString().contains("cannot be watched by SQL");
                }
            }
            wal.compare(destination, Timeline.FIRST);
        }
    }

    @Test
    void aServerWithoutALineForReplicationSaysWhichOneIsMissing() throws Exception {
        try (PostgresServer server = server(PostgresVersion.newest()).start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            server.authenticate("host replication all 127.0.0.1/32 reject");
            try (RunningReceiver receiver = receiver(network)) {
                PgBackupException refused = (PgBackupException) receiver.awaitFailure();
                assertThat(refused.code()).isEqualTo(ErrorCode.CONNECTION_FAILED);
                assertThat(refused.hint()).contains("pg_hba.conf");
            }
        }
    }
}
