package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
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
}
