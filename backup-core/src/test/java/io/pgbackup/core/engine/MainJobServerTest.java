package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainJobServerTest {
    private static final String CONTENT = "SELECT md5(string_agg(id || v, ',' ORDER BY id)) FROM t";

    @TempDir
    Path work;

    @Test
    void fullChangesIncrementalRestoreCompare() {
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            site.server()
                    .execute(
                            "CREATE TABLE t (id int PRIMARY KEY, v text)",
                            "INSERT INTO t SELECT i, repeat(md5(i::text), 10) FROM generate_series(1, 50000) i");
            Repository repository = Repository.at("file://" + site.fresh("repository"))
                    .encryptedWith(EncryptionKey.fromPassphrase(
                            SecretSource.value(UUID.randomUUID().toString().toCharArray())))
                    .named("local")
                    .build();
            try (PgBackup pg =
                    PgBackup.of(site.cluster("main")).repository(repository).build()) {
                assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.CREATED);
                assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.ALREADY_VALID);
                pg.check().requireOk();
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                site.server().execute("UPDATE t SET v = 'changed' WHERE id % 1000 = 0");
                String expected = site.server().query(CONTENT);
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(incremental.backup().base()).contains(full.label());
                assertThat(incremental.backup().sizes().stored())
                        .isLessThan(full.backup().sizes().stored());
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                assertThat(pg.info().toTable())
                        .contains(full.label().toString(), incremental.label().toString());
                try (PostgresServer restored = site.restored(pg, repository, incremental.label())) {
                    assertThat(restored.query(CONTENT)).isEqualTo(expected);
                }
            }
        }
    }
}
