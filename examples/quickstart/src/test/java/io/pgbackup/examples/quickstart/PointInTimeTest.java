package io.pgbackup.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PointInTimeTest {
    @TempDir
    private Path directory;

    @Test
    void whatWasDeletedAfterTheTimeIsThere() {
        PostgresAvailability.require(PostgresVersion.V17);
        try (PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                .setting("archive_mode", "on")
                .start()) {
            Repository repository = Repository.at("file://" + directory.resolve("repository"))
                    .unencrypted()
                    .build();
            Cluster cluster = Cluster.named("shop")
                    .at(source.dataDirectory())
                    .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                    .build();
            try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
                pg.initialize(repository);
                String command =
                        PointInTime.archive(pg, source.socketDirectory().resolve("wal"));
                source.execute(
                        "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                        "SELECT pg_reload_conf()",
                        "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
                pg.backup(BackupRequest.auto().to(repository));
                source.execute("INSERT INTO t SELECT generate_series(1001, 1500)");
                Instant before = Instant.now();
                await().until(() -> Instant.now().isAfter(before.plusMillis(2)));
                source.execute("DELETE FROM t");
                String segment = source.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
                source.execute("SELECT pg_switch_wal()");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> segment != null && pg.wal().fetch(segment, directory.resolve("probe")));

                PointInTime.restore(pg, before, directory.resolve("restored"));
            }
        }
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, directory.resolve("restored"))) {
            assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("1500");
        }
    }
}
