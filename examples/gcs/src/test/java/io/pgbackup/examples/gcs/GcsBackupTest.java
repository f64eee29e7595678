package io.pgbackup.examples.gcs;

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
import io.pgbackup.gcs.Gcs;
import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.gcs.testkit.TokenService;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcsBackupTest {
    private static final String SUM = "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY n)) FROM t";

    @TempDir
    private Path directory;

    private final GcsServer store = GcsServer.start().withBucket("acme-backups");
    private final TokenService tokens = TokenService.start();

    @BeforeEach
    void prepare() {
        PostgresAvailability.require(PostgresVersion.V17);
        store.requireToken(tokens::isGood);
        store.forgetBodies();
    }

    @AfterEach
    void stop() {
        store.close();
        tokens.close();
    }

    private GcsBackup backupOf(PostgresServer source) {
        Gcs settings = Gcs.metadataServer()
                .metadataHost("localhost:" + tokens.url().getPort())
                .plainHttpEndpoint(store.url())
                .storageClass(ObjectKind.BUNDLE, "NEARLINE");
        SecretSource passphrase =
                SecretSource.value(UUID.randomUUID().toString().toCharArray());
        return new GcsBackup(
                Cluster.named("shop")
                        .at(source.dataDirectory())
                        .connectedBy(
                                PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                        .build(),
                GcsBackup.repository("gs://acme-backups/nightly", settings, passphrase));
    }

    private String restored(GcsBackup backup, RecoveryTarget where) {
        Path target = directory.resolve("restored");
        backup.restore(target, where);
        try (PostgresServer server = PostgresServer.startOn(PostgresVersion.V17, target)) {
            return String.valueOf(server.query(SUM));
        }
    }

    @Test
    void backsUpArchivesGoesBackToATimeAndExpires() {
        try (PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                .setting("archive_mode", "on")
                .start()) {
            GcsBackup backup = backupOf(source);
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
                assertThat(bundlesOf(last)).isPositive();
                assertThat(bundlesOf(full) + bundlesOf(incremental)).isZero();
            }
        }
    }

    private long bundlesOf(BackupLabel label) {
        return store.objects("acme-backups").keySet().stream()
                .filter(name -> name.contains("/data/" + label + "/bundle/"))
                .count();
    }

    /** The store is so slow that tokens expire one after the other. */
    @Test
    @Tag("long")
    void aBackupOverSixLivesOfItsTokensFinishes() {
        tokens.lifeOfTokens(20);
        try (PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            GcsBackup backup = backupOf(source);
            source.execute("CREATE TABLE t AS SELECT n, md5(n::text) AS m FROM generate_series(1, 50000) n");
            store.delayCreates(Duration.ofSeconds(10));
            Instant begin = Instant.now();
            backup.backUp(BackupRequest.full());
            Duration taken = Duration.between(begin, Instant.now());
            store.delayCreates(Duration.ZERO);

            assertThat(taken).isGreaterThan(Duration.ofSeconds(120));
            assertThat(tokens.requests()).hasSizeGreaterThan(6);
            assertThat(restored(backup, RecoveryTarget.endOfBackup())).isEqualTo(String.valueOf(source.query(SUM)));
        }
    }
}
