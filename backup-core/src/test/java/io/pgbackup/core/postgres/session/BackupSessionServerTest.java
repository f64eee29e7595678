package io.pgbackup.core.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.recovery.BackupLabel;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BackupSessionServerTest {
    private static final String ODD_ROLE = "Ba;d \"role";
    private static final String QUOTED_ROLE = "\"Ba;d \"\"role\"";

    @ParameterizedTest
    @EnumSource
    void roleWithExactlyTheListedGrantsCanBackUp(PostgresVersion version) {
        PostgresAvailability.require(version);
        try (PostgresServer server =
                PostgresServer.of(version).walSegmentSize(1).start()) {
            server.execute(
                    "CREATE ROLE " + QUOTED_ROLE + " LOGIN",
                    "ALTER ROLE " + QUOTED_ROLE + " SET statement_timeout = '600ms'",
                    "ALTER ROLE " + QUOTED_ROLE + " SET search_path = 'nowhere'",
                    "ALTER ROLE " + QUOTED_ROLE + " SET standard_conforming_strings = off",
                    "ALTER ROLE " + QUOTED_ROLE + " SET idle_in_transaction_session_timeout = '500ms'");
            if (version.major() >= 14) {
                server.execute("ALTER ROLE " + QUOTED_ROLE + " SET idle_session_timeout = '900ms'");
            }
            ConnectionSettings settings = ConnectionSettings.of(server.jdbcUrl("postgres"), ODD_ROLE);

            refusesWithoutGrants(settings);
            grantWhatIsMissing(server, settings);
            backUp(server, settings);
        }
    }

    private static void refusesWithoutGrants(ConnectionSettings settings) {
        try (BackupSession session = BackupSession.open(settings)) {
            ClusterException noSlot = catchThrowableOfType(ClusterException.class, session::reserveWal);
            assertThat(noSlot.code()).isEqualTo(ErrorCode.MISSING_PRIVILEGE);
            ClusterException noStart =
                    catchThrowableOfType(ClusterException.class, () -> session.start("nightly", CheckpointMode.FAST));
            assertThat(noStart.code()).isEqualTo(ErrorCode.MISSING_PRIVILEGE);
            assertThat(session.server().facts().identity().dataDirectory()).isEmpty();
        }
    }

    private static void grantWhatIsMissing(PostgresServer server, ConnectionSettings settings) {
        try (ServerSession session = ServerSession.connect(settings)) {
            List<MissingPrivilege> missing = new Privileges(session).missing();
            assertThat(missing).hasSize(4);
            assertThat(missing).filteredOn(MissingPrivilege::required).hasSize(3);
            assertThat(missing).allSatisfy(each -> assertThat(each.remedy()).contains(QUOTED_ROLE));
            server.execute(missing.stream()
                    .filter(MissingPrivilege::required)
                    .map(MissingPrivilege::remedy)
                    .toArray(String[]::new));
            assertThat(new Privileges(session).missing()).noneMatch(MissingPrivilege::required);
        }
    }

    private static void backUp(PostgresServer server, ConnectionSettings settings) {
        try (BackupSession session = BackupSession.open(settings);
                LocalClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping())) {
            ServerFacts facts = session.server().facts();
            ClusterMatch.require(files.readControlFile(), facts);
            assertThat(facts.version().major()).isEqualTo(server.version().major());
            String slot = session.reserveWal();
            assertThat(server.query("SELECT restart_lsn IS NOT NULL FROM pg_replication_slots WHERE slot_name = '"
                            + slot + "'"))
                    .isEqualTo("t");

            StartedBackup started = session.start("night\nSTART TIMELINE: 7 ü", CheckpointMode.FAST);
            server.execute("SELECT pg_sleep(1.2)");
            session.ping();
            server.execute("CREATE TABLE grown AS SELECT generate_series(1, 50000) AS n", "CHECKPOINT", "CHECKPOINT");
            StoppedBackup stopped = session.stop();

            String text = new String(stopped.backupLabel(), StandardCharsets.UTF_8);
            assertThat(text).contains("LABEL: night?START TIMELINE: 7 ?\n").contains("START TIMELINE: 1\n");
            assertThat(BackupLabel.parse(stopped.backupLabel()).start()).isEqualTo(started.start());
            assertThat(stopped.tablespaceMap()).isEmpty();
            assertThat(stopped.stop()).isGreaterThan(started.start());
            assertThat(session.server().flushLsn()).isGreaterThanOrEqualTo(stopped.stop());
            allSegmentsAreThere(files, stopped, facts.layout().walSegmentSize());
        }
        // The server drops a temporary slot when its backend ends, which is a moment after the connection was closed.
        await().untilAsserted(() -> assertThat(server.query("SELECT count(*) FROM pg_replication_slots"))
                .isEqualTo("0"));
        assertThat(server.log()).doesNotContain("aborting backup");
    }

    private static void allSegmentsAreThere(LocalClusterFiles files, StoppedBackup stopped, WalSegmentSize size) {
        List<WalFileName> segments = stopped.segments(size);
        assertThat(segments).hasSizeGreaterThan(3);
        assertThat(files.listWal()).containsAll(segments);
        for (WalFileName segment : segments) {
            try (SourceFile file = files.openWal(segment).orElseThrow()) {
                assertThat(file.size()).isEqualTo(size.bytes());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void lostSessionsAreNoticedAndTheServerGoesOn(PostgresVersion version) throws InterruptedException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version).start()) {
            killedBackendIsNoticed(server);
            Lsn first;
            try (BackupSession session = BackupSession.open(superuser(server))) {
                first = session.start("given up", CheckpointMode.FAST).start();
                ClusterException swapped = catchThrowableOfType(
                        ClusterException.class,
                        () -> session.server().requireBackend(session.server().backend() + 1));
                assertThat(swapped.code()).isEqualTo(ErrorCode.SESSION_LOST);
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> server.log().split("aborting backup", -1).length == 3);
            try (BackupSession session = BackupSession.open(superuser(server))) {
                assertThat(session.start("again", CheckpointMode.FAST).start()).isGreaterThan(first);
                assertThat(session.stop().stop()).isGreaterThan(first);
                assertThatThrownBy(session::stop).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    private static void killedBackendIsNoticed(PostgresServer server) throws InterruptedException {
        BlockingQueue<ClusterException> losses = new LinkedBlockingQueue<>();
        try (BackupSession session = BackupSession.open(superuser(server))) {
            session.start("doomed", CheckpointMode.FAST);
            try (SessionWatch watch = SessionWatch.over(session, Duration.ofMillis(20), Thread::new, losses::add)) {
                server.execute("SELECT pg_terminate_backend(" + session.server().backend() + ")");
                ClusterException loss = losses.poll(20, TimeUnit.SECONDS);
                assertThat(loss).isNotNull();
                assertThat(loss.code()).isEqualTo(ErrorCode.SESSION_LOST);
                assertThat(loss.hint()).contains("pool");
                assertThatThrownBy(watch::check).isSameAs(loss);
            }
            ClusterException failure = catchThrowableOfType(ClusterException.class, session::stop);
            assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_LOST);
        }
    }

    /** A pool may hand the stop to another session than the start. */
    @ParameterizedTest
    @CsvSource({"V14", "V18"})
    void stopInASessionThatKnowsOfNoBackupIsALostSession(PostgresVersion version) throws java.sql.SQLException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version).start();
                BackupSession session = BackupSession.open(superuser(server))) {
            session.start("stolen", CheckpointMode.FAST);
            String stop = version.major() >= 15 ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
            session.server().ask("steal the backup", "SELECT lsn FROM pg_catalog." + stop, row -> row.getString(1));
            ClusterException failure = catchThrowableOfType(ClusterException.class, session::stop);
            assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_LOST);
        }
    }

    @Test
    void anotherClustersDirectoryIsRefused() {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        try (PostgresServer one = PostgresServer.of(version).start();
                PostgresServer other = PostgresServer.of(version).start();
                LocalClusterFiles files = new LocalClusterFiles(other.dataDirectory(), Pause.sleeping());
                ServerSession session = ServerSession.connect(superuser(one))) {
            ClusterException failure = catchThrowableOfType(
                    ClusterException.class, () -> ClusterMatch.require(files.readControlFile(), session.facts()));
            assertThat(failure.code()).isEqualTo(ErrorCode.WRONG_CLUSTER);
        }
    }

    @ParameterizedTest
    @CsvSource({"V13", "V18"})
    void aStandbyIsBackedUpUntilItIsPromoted(PostgresVersion version) throws IOException {
        PostgresAvailability.require(version);
        try (PostgresServer server =
                PostgresServer.of(version).stayingInRecovery().start()) {
            server.stop(PostgresServer.StopMode.FAST);
            Files.createFile(server.dataDirectory().resolve("standby.signal"));
            server.start();
            try (ServerSession session = ServerSession.connect(superuser(server))) {
                assertThat(session.facts().operation().inRecovery()).isTrue();
                assertThat(session.flushLsn().value()).isNotZero();
            }
            try (BackupSession session = BackupSession.open(superuser(server))) {
                assertThat(session.onStandby()).isTrue();
                session.reserveWal();
                StartedBackup started = session.start("standby", CheckpointMode.FAST);
                StoppedBackup stopped = session.stop();
                assertThat(BackupLabel.parse(stopped.backupLabel()).fromStandby())
                        .isTrue();
                assertThat(stopped.stop()).isGreaterThan(started.start());

                session.start("standby", CheckpointMode.FAST);
                server.execute("SELECT pg_promote()");
                ClusterException failure = catchThrowableOfType(ClusterException.class, session::stop);
                assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_LOST);
                assertThat(failure.getMessage()).contains("promoted");
            }
        }
    }

    @Test
    void missingSlotsAndMinimalWalAreExplained() {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .setting("wal_level", "minimal")
                .setting("max_wal_senders", "0")
                .start()) {
            ClusterException failure =
                    catchThrowableOfType(ClusterException.class, () -> BackupSession.open(superuser(server)));
            assertThat(failure.code()).isEqualTo(ErrorCode.SERVER_CONFIGURATION);
            assertThat(failure.hint()).contains("wal_level");
        }
        try (PostgresServer server = PostgresServer.of(version)
                        .setting("max_replication_slots", "1")
                        .start();
                BackupSession first = BackupSession.open(superuser(server));
                BackupSession second = BackupSession.open(superuser(server))) {
            first.reserveWal();
            ClusterException failure = catchThrowableOfType(ClusterException.class, second::reserveWal);
            assertThat(failure.code()).isEqualTo(ErrorCode.SERVER_CONFIGURATION);
            assertThat(failure.hint()).contains("max_replication_slots");
        }
    }

    private static ConnectionSettings superuser(PostgresServer server) {
        return ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres");
    }
}
