package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.TcpForwarder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimelinesServerTest {
    private static final WalSegmentSize ONE = new WalSegmentSize(1 << 20);
    private static final Timeline SECOND = new Timeline(2);
    private static final Timeline THIRD = new Timeline(3);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void promotionsAreFollowedWhileReceiving(PostgresVersion version) throws Exception {
        PostgresAvailability.require(version);
        DirectoryDestination destination =
                new DirectoryDestination(Files.createDirectory(directory.resolve("archive")));
        StreamSettings settings =
                StreamSettings.of(directory.resolve("spool"), "pgbackup").partialAfter(Duration.ofMillis(100));
        try (PostgresServer server = PostgresServer.of(version)
                        .walSegmentSize(1)
                        .setting("wal_keep_size", "1GB")
                        .stayingInRecovery()
                        .start();
                TcpForwarder network = TcpForwarder.to(server::port)) {
            ServerWal wal = new ServerWal(server, ONE);
            try (RunningReceiver receiver = new RunningReceiver(through(network), settings, destination)) {
                wal.load(3);
                receiver.awaitStored(wal.flushed());
                promote(server, receiver);
                wal.load(3);
                receiver.awaitStored(wal.switchSegment());
                promote(server, receiver);
                wal.load(3);
                receiver.awaitStored(wal.switchSegment());
                assertThat(receiver.position().timeline()).isEqualTo(THIRD);
                assertAll(wal, destination);
                assertThat(receiver.failure()).isEmpty();
            }
            aLateReceiverFollowsFromTheBegin(wal, network);
        }
    }

    /** The server becomes a standby of nobody, the receiver streams from it, and then it is promoted under its hands. */
    private static void promote(PostgresServer server, RunningReceiver receiver) throws Exception {
        server.stop(PostgresServer.StopMode.FAST);
        Files.createFile(server.dataDirectory().resolve("standby.signal"));
        server.start();
        await().until(() -> "streaming".equals(server.query("SELECT min(state) FROM pg_stat_replication")));
        int before = receiver.warnings().size();
        server.execute("SELECT pg_promote()");
        await().until(() -> "f".equals(server.query("SELECT pg_is_in_recovery()")));
        server.execute("SELECT pg_logical_emit_message(true, 'x', 'x')");
        receiver.awaitStored(Lsn.parse(String.valueOf(server.query("SELECT pg_current_wal_flush_lsn()"))));
        assertThat(receiver.warnings()).as("the connection stays").hasSize(before);
    }

    private static void assertAll(ServerWal wal, DirectoryDestination destination) throws Exception {
        TimelineHistory history = TimelineHistory.parse(THIRD, destination.bytes("00000003.history"));
        for (String name : new String[] {"00000002.history", "00000003.history"}) {
            assertThat(destination.bytes(name))
                    .isEqualTo(Files.readAllBytes(
                            wal.server().dataDirectory().resolve("pg_wal").resolve(name)));
        }
        for (Timeline timeline : new Timeline[] {Timeline.FIRST, SECOND, THIRD}) {
            assertThat(wal.compare(destination, timeline))
                    .as("timeline " + timeline)
                    .isPositive();
        }
        for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
            WalFileName last = WalFileName.containing(ancestor.timeline(), ancestor.end(), ONE);
            if (!last.start(ONE).equals(ancestor.end())) {
                wal.comparePartial(destination, last, ancestor.end());
            }
        }
    }

    private void aLateReceiverFollowsFromTheBegin(ServerWal wal, TcpForwarder network) throws Exception {
        Path late = Files.createDirectory(directory.resolve("late"));
        WalFileName first = new DirectoryDestination(directory.resolve("archive"))
                .segments()
                .get(0);
        Files.copy(directory.resolve("archive").resolve(first.toString()), late.resolve(first.toString()));
        DirectoryDestination destination = new DirectoryDestination(late);
        StreamSettings settings = StreamSettings.of(directory.resolve("late-spool"), "late");
        try (RunningReceiver receiver = new RunningReceiver(through(network), settings, destination)) {
            receiver.awaitStored(wal.switchSegment());
            assertAll(wal, destination);
            assertThat(receiver.warnings()).singleElement().asString().contains("made anew");
        }
    }

    private static ConnectionSettings through(TcpForwarder network) {
        return ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/postgres", "postgres");
    }
}
