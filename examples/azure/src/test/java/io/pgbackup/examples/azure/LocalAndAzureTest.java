package io.pgbackup.examples.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.AzureBlob;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAndAzureTest {
    private static final String COUNT = "SELECT count(*) FROM t";

    @TempDir
    private Path directory;

    private final EncryptionKey key = EncryptionKey.fromPassphrase(
            SecretSource.value(UUID.randomUUID().toString().toCharArray()));

    private LocalAndAzure program(PostgresServer source, Azurite azurite) {
        Repository azure = Repository.at(azurite.location("backups", "years"))
                .with(AzureBlob.accountKey(SecretSource.value(azurite.key().toCharArray()))
                        .signingSharedAccess(Duration.ofMinutes(30)))
                .encryptedWith(key)
                .named("azure")
                .build();
        Repository local = Repository.at("file://" + directory.resolve("local"))
                .encryptedWith(key)
                .named("local")
                .build();
        Cluster cluster = Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();
        return new LocalAndAzure(cluster, local, azure);
    }

    private String rowsIn(String target) {
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, directory.resolve(target))) {
            return String.valueOf(restored.query(COUNT));
        }
    }

    @Test
    void aMomentFromNearbyAndAWholeBackupFromAzureAlone() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        try (Azurite azurite = Azurite.start();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                        .setting("archive_mode", "on")
                        .start()) {
            azurite.createContainer("backups");
            LocalAndAzure program = program(source, azurite);
            Path scripts = source.socketDirectory();
            try (PgBackup nearby = program.nearby();
                    WalService service = program.archive(nearby, scripts.resolve("wal"))) {
                source.archiveBy(service.writeArchiveCommand(scripts.resolve("archive")));
                source.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
                program.nightly();
                program.monthly();
                source.execute("DELETE FROM t WHERE n <= 100");
                Instant time = Instant.now();
                source.execute("DELETE FROM t");
                BackupResult newest = program.monthly();
                nearby.check().requireOk(); // the log up to here is archived

                program.restoreNearby(directory.resolve("moment"), RecoveryTarget.time(time));
                assertThat(rowsIn("moment")).isEqualTo("900");
                assertThat(program.monthsInAzure())
                        .as("of one month the newest is kept")
                        .containsExactly(newest.label());
                program.restoreFromAzure(directory.resolve("newest"));
                assertThat(rowsIn("newest")).isEqualTo("0");
                assertThat(newest.backup().sizes().walStored())
                        .as("it stands alone")
                        .isPositive();
            }
        }
    }
}
