package io.pgbackup.examples.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoArchivesTest {
    @TempDir
    private Path directory;

    private final EncryptionKey key = EncryptionKey.fromPassphrase(
            SecretSource.value(UUID.randomUUID().toString().toCharArray()));

    private String rowsIn(String target) {
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, directory.resolve(target))) {
            return String.valueOf(restored.query("SELECT count(*) FROM t"));
        }
    }

    @Test
    void eitherPlaceAloneLeadsToTheSameMoment() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        try (SshServer server = SshServer.start();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                        .setting("archive_mode", "on")
                        .start()) {
            Repository local = Repository.at("file://" + directory.resolve("local"))
                    .encryptedWith(key)
                    .named("local")
                    .build();
            Repository vault = Repository.at(server.location("log"))
                    .with(server.settings())
                    .encryptedWith(key)
                    .named("vault")
                    .build();
            Cluster cluster = Cluster.named("shop")
                    .at(source.dataDirectory())
                    .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                    .build();
            Path scripts = source.socketDirectory();
            try (TwoArchives program = new TwoArchives(cluster, local, vault);
                    WalService service = program.archive(scripts.resolve("wal"))) {
                source.archiveBy(service.writeArchiveCommand(scripts.resolve("archive")));
                source.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
                program.backUp(BackupRequest.full());
                source.execute("DELETE FROM t WHERE n <= 100");
                program.backUp(BackupRequest.incremental());
                source.execute("DELETE FROM t WHERE n <= 300");
                Instant time = Instant.now();
                source.execute("DELETE FROM t");
                program.backUp(BackupRequest.incremental());
                program.expire();

                for (Repository repository : new Repository[] {local, vault}) {
                    program.restore(
                            repository, directory.resolve("from-" + repository.name()), RecoveryTarget.time(time));
                    assertThat(rowsIn("from-" + repository.name())).isEqualTo("700");
                }
            }
        }
    }
}
