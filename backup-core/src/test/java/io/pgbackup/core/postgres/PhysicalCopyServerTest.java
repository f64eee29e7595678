package io.pgbackup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.session.BackupSession;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.ServerUser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhysicalCopyServerTest {
    private static final String ODD_LOCATION = "t\u00e4b le\\sp";

    @ParameterizedTest
    @EnumSource
    void copyOfALivingClusterRecovers(PostgresVersion version, @TempDir Path directory) throws Exception {
        PostgresAvailability.require(version);
        Path location = Files.createDirectories(directory.resolve(ODD_LOCATION));
        ServerUser.choose().own(location);
        Path target = directory.resolve("restored");
        try (PostgresServer server = PostgresServer.of(version)
                        .setting("allow_in_place_tablespaces", "on")
                        .setting("max_prepared_transactions", "5")
                        .setting("archive_mode", "on")
                        .setting("archive_command", "exit 1")
                        .start();
                Connection temporary = server.connect("postgres");
                LocalClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping());
                BackupSession session =
                        BackupSession.open(ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres"))) {
            fill(server, location);
            temporary.createStatement().execute("CREATE TEMP TABLE mine AS SELECT generate_series(1, 1000) AS n");
            scanHoldsWhatRecoveryNeedsAndNoMore(server, files);
            // An old order that the restored server must not follow.
            Files.writeString(
                    server.dataDirectory().resolve("postgresql.conf"),
                    "\nrecovery_target_time = '2001-01-01 00:00:00+00'\n",
                    StandardOpenOption.APPEND);
            server.execute("ALTER SYSTEM SET work_mem = '5MB'");

            new PhysicalCopy(files, target, directory)
                    .run(
                            session,
                            () -> server.execute("UPDATE kept SET n = n + 1", "CHECKPOINT"),
                            RecoverySettings.endOfBackup());
        }
        List<Path> relocated = children(directory, "sp ace");
        for (Path place : relocated) {
            ServerUser.choose().own(place);
        }
        try (PostgresServer restored = PostgresServer.startOn(version, target)) {
            assertThat(restored.query("SELECT sum(n) FROM kept")).isEqualTo("50015000");
            assertThat(restored.query("SELECT count(*) FROM elsewhere")).isEqualTo("500");
            assertThat(restored.query("SELECT count(*) FROM in_place")).isEqualTo("300");
            assertThat(restored.query("SELECT count(*) FROM unlogged")).isEqualTo("0");
            assertThat(restored.query("SELECT count(*) FROM pg_prepared_xacts")).isEqualTo("1");
            assertThat(restored.query("SHOW archive_mode")).isEqualTo("off");
            assertThat(restored.query("SHOW work_mem")).isEqualTo("5MB");
            assertThat(restored.query("SELECT timeline_id FROM pg_control_checkpoint()"))
                    .isEqualTo("2");
            assertThat(restored.query("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'far'"))
                    .isEqualTo(relocated.get(0).toString());
            restored.execute("INSERT INTO unlogged VALUES (1)", "INSERT INTO elsewhere VALUES (1)");
        }
    }

    private static void fill(PostgresServer server, Path location) throws java.sql.SQLException {
        server.execute(
                "CREATE TABLESPACE far LOCATION '" + location.toString().replace("'", "''") + "'",
                "CREATE TABLESPACE near LOCATION ''",
                "CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n",
                "CREATE TABLE elsewhere TABLESPACE far AS SELECT generate_series(1, 500) AS n",
                "CREATE TABLE in_place TABLESPACE near AS SELECT generate_series(1, 300) AS n",
                "CREATE UNLOGGED TABLE unlogged (n int PRIMARY KEY)",
                "INSERT INTO unlogged SELECT generate_series(1, 100)",
                "CREATE TABLE halfway (n int)",
                "CHECKPOINT");
        try (Connection connection = server.connect("postgres")) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("INSERT INTO halfway VALUES (1)");
            connection.createStatement().execute("PREPARE TRANSACTION 'pending'");
        }
    }

    private static void scanHoldsWhatRecoveryNeedsAndNoMore(PostgresServer server, LocalClusterFiles files) {
        List<String> paths = new ArrayList<>();
        List<ClusterEntry> relations = new ArrayList<>();
        try (ClusterScan scan = files.scan(ScanOptions.everything())) {
            scan.forEachRemaining(entry -> {
                paths.add(entry.path().toString());
                entry.linkTarget()
                        .ifPresent(target -> assertThat(new String(target.bytes(), StandardCharsets.UTF_8))
                                .endsWith(ODD_LOCATION));
                if (entry.paged()) {
                    relations.add(entry);
                }
            });
            assertThat(scan.notes()).isEmpty();
        }
        assertThat(paths)
                .contains("PG_VERSION", "pg_wal/archive_status", "pg_replslot", "pg_notify", "pg_twophase")
                .contains(server.query("SELECT pg_relation_filepath('kept')"))
                .contains(server.query("SELECT pg_relation_filepath('elsewhere')"))
                .contains(server.query("SELECT pg_relation_filepath('in_place')"))
                .contains(server.query("SELECT pg_relation_filepath('unlogged') || '_init'"))
                .contains(server.query("SELECT pg_relation_filepath('unlogged_pkey') || '_init'"))
                .doesNotContain(
                        server.query("SELECT pg_relation_filepath('unlogged')"),
                        "global/pg_control",
                        "postmaster.pid",
                        "postmaster.opts")
                .noneMatch(path -> path.matches(".*/t\\d+_\\d+.*") || path.contains("pg_internal.init"));
        assertThat(paths.contains("pg_wal/summaries"))
                .isEqualTo(server.version().major() >= 17);
        assertThat(relations)
                .hasSizeGreaterThan(500)
                .allSatisfy(entry -> assertThat(entry.size() % 8192).isZero());
    }

    private static List<Path> children(Path directory, String prefix) throws java.io.IOException {
        try (var children = Files.list(directory)) {
            return children.filter(child -> String.valueOf(child.getFileName()).startsWith(prefix))
                    .toList();
        }
    }
}
