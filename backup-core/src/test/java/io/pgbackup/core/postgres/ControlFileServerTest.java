package io.pgbackup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ControlFileServerTest {
    @ParameterizedTest
    @EnumSource
    void fileSaysWhatTheServerSays(PostgresVersion version) {
        PostgresAvailability.require(version);
        try (PostgresServer server =
                        PostgresServer.of(version).walSegmentSize(1).start();
                LocalClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping())) {
            server.execute("CHECKPOINT");

            ControlFile control = files.readControlFile();

            List<String> system = server.queryRows(
                            "postgres",
                            "SELECT system_identifier, pg_control_version, catalog_version_no"
                                    + " FROM pg_control_system()")
                    .get(0);
            assertThat(system)
                    .containsExactly(
                            Long.toUnsignedString(control.systemIdentifier()),
                            Integer.toString(control.controlVersion()),
                            Integer.toString(control.catalogVersion()));
            List<String> checkpoint = server.queryRows(
                            "postgres",
                            "SELECT checkpoint_lsn, redo_lsn, timeline_id, prev_timeline_id,"
                                    + " full_page_writes FROM pg_control_checkpoint()")
                    .get(0);
            assertThat(checkpoint)
                    .containsExactly(
                            control.checkpoint().toString(),
                            control.redo().toString(),
                            control.timeline().toString(),
                            control.previousTimeline().toString(),
                            control.fullPageWrites() ? "t" : "f");
            List<String> init = server.queryRows(
                            "postgres",
                            "SELECT database_block_size, blocks_per_segment, wal_block_size,"
                                    + " bytes_per_wal_segment, data_page_checksum_version FROM pg_control_init()")
                    .get(0);
            assertThat(init)
                    .containsExactly(
                            Integer.toString(control.blockSize()),
                            Long.toString(control.blocksPerSegment()),
                            Integer.toString(control.walBlockSize()),
                            Integer.toString(control.walSegmentSize().bytes()),
                            Integer.toString(control.checksumVersion()));
            assertThat(control.state()).isEqualTo(ClusterState.IN_PRODUCTION);
            assertThat(control.settings().limits().connections()).isEqualTo(30);
            assertThat(control.minRecoveryPoint().value()).isZero();
        }
    }
}
