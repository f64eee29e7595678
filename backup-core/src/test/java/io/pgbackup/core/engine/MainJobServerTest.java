package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainJobServerTest {
    @TempDir
    Path work;

    @Test
    void fullChangesIncrementalRestoreCompare() {
        try (PostgresServer server = PostgresServer.of(PostgresVersion.newest()).start()) {
            server.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, v text)",
                    "INSERT INTO t SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 50000) i");
            Repository repository = Repository.at("file://" + work.resolve("repo"))
                    .encryptedWith(EncryptionKey.fromPassphrase(
                            SecretSource.value(UUID.randomUUID().toString().toCharArray())))
                    .named("local")
                    .build();
            Cluster cluster = Cluster.named("main")
                    .at(server.dataDirectory())
                    .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                    .build();
            try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
                assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.CREATED);
                assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.ALREADY_VALID);
                pg.check().requireOk();
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                System.err.println(full);
                server.execute("UPDATE t SET v = 'changed' WHERE id % 1000 = 0");
                String expected = server.query("SELECT md5(string_agg(id || v, ',' ORDER BY id)) FROM t");
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                System.err.println(incremental);
                System.err.println(pg.info().toTable());
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                Path target = work.resolve("restored");
                pg.restore(RestoreRequest.into(target)
                        .recoverTo(RecoveryTarget.endOfBackup())
                        .walFrom(WalDelivery.fromBackup()));
                try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.newest(), target)) {
                    assertThat(restored.query("SELECT md5(string_agg(id || v, ',' ORDER BY id)) FROM t"))
                            .isEqualTo(expected);
                }
            }
        }
    }
}
