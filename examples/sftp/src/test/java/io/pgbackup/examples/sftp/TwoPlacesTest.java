package io.pgbackup.examples.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.sftp.testkit.Keys;
import io.pgbackup.sftp.testkit.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoPlacesTest {
    @TempDir
    private Path directory;

    @Test
    void fullIncrementalVerifyExpireAndARestoreFromTheServerAlone() throws IOException {
        PostgresAvailability.require(PostgresVersion.V17);
        Files.writeString(directory.resolve("passphrase"), UUID.randomUUID().toString());
        try (SshServer vault = SshServer.start();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            knowTheServer(vault);
            source.execute("CREATE TABLE t AS SELECT generate_series(1, 100000) AS n");
            runInto(source, vault, "first");
            source.execute("DELETE FROM t WHERE n % 2 = 0", "CREATE TABLE added AS SELECT 1 AS n");
            runInto(source, vault, "second");

            assertThat(rowsIn("first")).isEqualTo("100000");
            assertThat(rowsIn("second")).isEqualTo("50000");
            assertLabels(source, vault);
        }
    }

    private void knowTheServer(SshServer vault) throws IOException {
        String key = Files.readString(Keys.publicKey(vault.hostKey()));
        Files.writeString(directory.resolve("known_hosts"), "[127.0.0.1]:" + vault.port() + " " + key);
    }

    private void runInto(PostgresServer source, SshServer vault, String target) {
        TwoPlaces.main(new String[] {
            source.dataDirectory().toString(),
            source.jdbcUrl("postgres"),
            "file://" + directory.resolve("repository"),
            vault.location("shop"),
            vault.clientKey().toString(),
            directory.resolve("known_hosts").toString(),
            directory.resolve("passphrase").toString(),
            directory.resolve(target).toString()
        });
    }

    private String rowsIn(String target) {
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, directory.resolve(target))) {
            return String.valueOf(restored.query("SELECT count(*) FROM t"));
        }
    }

    /** A full and an incremental backup are there; a later full pushes them out, to the last file on the server. */
    private void assertLabels(PostgresServer source, SshServer server) throws IOException {
        Repository vault = Repository.at(server.location("shop"))
                .with(server.settings())
                .encryptedWith(EncryptionKey.fromPassphrase(SecretSource.file(directory.resolve("passphrase"))))
                .build();
        Cluster cluster = Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();
        try (PgBackup pg = PgBackup.of(cluster).repository(vault).build()) {
            List<String> before = labels(pg, vault);
            assertThat(before).hasSize(2);
            assertThat(before.get(0)).endsWith("F");
            assertThat(before.get(1)).startsWith(before.get(0) + "_").endsWith("I");
            pg.backup(BackupRequest.full().to(vault));

            ExpireResult expired =
                    pg.expire(pg.planExpire(vault, Retention.keepFullBackups(1)).deletingAtOnce());

            assertThat(expired.deleted()).hasSize(2);
            assertThat(labels(pg, vault)).hasSize(1).doesNotContainAnyElementsOf(before);
            assertNothingOf(before.get(1), server);
        }
    }

    private static List<String> labels(PgBackup pg, Repository repository) {
        return pg.info(repository).backups().stream()
                .map(BackupInfo::label)
                .map(Object::toString)
                .toList();
    }

    private static void assertNothingOf(String label, SshServer server) throws IOException {
        try (Stream<Path> files = Files.walk(server.uploads())) {
            assertThat(files.filter(Files::isRegularFile).map(Path::toString))
                    .noneMatch(name -> name.contains("/data/" + label));
        }
    }
}
