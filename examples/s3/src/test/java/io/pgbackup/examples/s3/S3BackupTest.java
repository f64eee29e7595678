package io.pgbackup.examples.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.s3.S3;
import io.pgbackup.s3.testkit.S3ProxyServer;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3BackupTest {
    private static final String SUM = "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY n)) FROM t";
    private static final String LOCATION = "s3://acme-backups/nightly";

    @TempDir
    private Path directory;

    private S3ProxyServer store;

    @BeforeEach
    void start() throws IOException {
        PostgresAvailability.require(PostgresVersion.V17);
        store = S3ProxyServer.withBucket("acme-backups");
    }

    @AfterEach
    void stop() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    private S3 settings() {
        return S3.accessKey(
                        store.accessKey(), SecretSource.value(store.secretKey().toCharArray()))
                .endpoint(store.endpoint())
                .allowPlainHttp();
    }

    private S3Backup backupOf(PostgresServer source) {
        SecretSource passphrase =
                SecretSource.value(UUID.randomUUID().toString().toCharArray());
        return new S3Backup(
                Cluster.named("shop")
                        .at(source.dataDirectory())
                        .connectedBy(
                                PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                        .build(),
                S3Backup.repository(LOCATION, settings(), passphrase));
    }

    private String restored(S3Backup backup, RecoveryTarget where) {
        Path target = directory.resolve("restored");
        backup.restore(target, where);
        try (PostgresServer server = PostgresServer.startOn(PostgresVersion.V17, target)) {
            return String.valueOf(server.query(SUM));
        }
    }

    @Test
    void backsUpArchivesGoesBackToATimeAndExpires() throws StorageException {
        try (PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                .setting("archive_mode", "on")
                .start()) {
            S3Backup backup = backupOf(source);
            try (PgBackup pg = backup.open();
                    WalService service =
                            backup.archive(pg, source.socketDirectory().resolve("wal"))) {
                source.archiveBy(
                        service.writeArchiveCommand(source.socketDirectory().resolve("archive")));
                source.execute("CREATE TABLE t AS SELECT n, md5(n::text) AS m FROM generate_series(1, 50000) n");
                BackupLabel full = backup.backUp(BackupRequest.full()).label();
                source.execute(
                        "DELETE FROM t WHERE n % 3 = 0",
                        "INSERT INTO t SELECT n, 'new' FROM generate_series(90000, 91000) n");
                BackupLabel incremental =
                        backup.backUp(BackupRequest.incremental()).label();

                String wanted = String.valueOf(source.query(SUM));
                Instant time = Instant.now();
                source.execute("UPDATE t SET m = 'a mistake'");
                pg.check().requireOk(); // the log up to here is archived

                backup.prove();
                assertThat(restored(backup, RecoveryTarget.time(time))).isEqualTo(wanted);

                BackupLabel last = backup.backUp(BackupRequest.full()).label();
                ExpireResult expired = backup.expire(Retention.keepFullBackups(1), Duration.ZERO);
                assertThat(expired.deleted()).containsExactlyInAnyOrder(full, incremental);
                assertThat(expired.walFiles()).isPositive();
                backup.prove();
                assertThat(hasBundles(last)).isTrue();
                assertThat(hasBundles(full) || hasBundles(incremental)).isFalse();
            }
        }
    }

    private boolean hasBundles(BackupLabel label) throws StorageException {
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.scheme().equals("s3"))
                .findFirst()
                .orElseThrow();
        try (Storage storage = provider.open(StorageLocation.parse(LOCATION), settings(), StorageContext.system())) {
            return !storage.list(ObjectPrefix.of("shop/data/" + label + "/bundle"))
                    .prefixes()
                    .isEmpty();
        }
    }
}
