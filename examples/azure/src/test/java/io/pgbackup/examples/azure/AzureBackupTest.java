package io.pgbackup.examples.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.AzureBlob;
import io.pgbackup.azure.AzureIdentity;
import io.pgbackup.azure.CredentialListener;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.wal.WalService;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AzureBackupTest {
    private static final String SUM = "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY n)) FROM t";

    @TempDir
    private Path directory;

    private final SecretSource passphrase =
            SecretSource.value(UUID.randomUUID().toString().toCharArray());

    private static Cluster cluster(PostgresServer source) {
        return Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();
    }

    private String restored(AzureBackup backup, RecoveryTarget where) {
        Path target = directory.resolve("restored");
        backup.restore(target, where);
        try (PostgresServer server = PostgresServer.startOn(PostgresVersion.V17, target)) {
            return String.valueOf(server.query(SUM));
        }
    }

    @Test
    void backsUpArchivesGoesBackToATimeAndExpires() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        try (Azurite azurite = Azurite.start();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17)
                        .setting("archive_mode", "on")
                        .start()) {
            azurite.createContainer("backups");
            AzureBackup backup = new AzureBackup(
                    cluster(source),
                    AzureBackup.repository(
                            azurite.location("backups", "nightly"),
                            AzureBlob.accountKey(
                                            SecretSource.value(azurite.key().toCharArray()))
                                    .signingSharedAccess(Duration.ofMinutes(30)),
                            passphrase));
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

                backup.backUp(BackupRequest.full());
                ExpireResult expired = backup.expire(Duration.ZERO);
                assertThat(expired.deleted()).containsExactlyInAnyOrder(full, incremental);
                assertThat(expired.walFiles()).isPositive();
                backup.prove();
            }
        }
    }

    /** Over a line so slow that the tokens expire one after the other while the backup is on its way. */
    @Test
    @Tag("long")
    void aBackupOutlivesSixLifetimesOfItsTokens() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        Duration lifetime = Duration.ofSeconds(20);
        List<Instant> signatures = new CopyOnWriteArrayList<>();
        LoopbackCertificate certificate = LoopbackCertificate.in(directory);
        try (Azurite azurite = Azurite.startWithTokens(certificate.certificate(), certificate.privateKey());
                TokenService tokens = TokenService.start(certificate, lifetime, InstantSource.system());
                SlowRoad road = new SlowRoad(URI.create(azurite.account()).getPort(), 60_000);
                PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            azurite.createContainer("backups", certificate);
            Path platformToken = Files.writeString(directory.resolve("platform-token"), "token-of-the-platform");
            AzureBlob settings = AzureBlob.identity(AzureIdentity.workload(TokenService.TENANT, "client", platformToken)
                            .authority(tokens.url()))
                    .signingSharedAccess(lifetime)
                    .trustedCertificates(certificate.certificate())
                    .listener(new CredentialListener() {
                        @Override
                        public void obtained(String credential, Instant expiry) {
                            if (credential.startsWith("shared access")) {
                                signatures.add(expiry);
                            }
                        }

                        @Override
                        public void failed(String credential, String reason) {
                            throw new AssertionError(credential + ": " + reason);
                        }
                    });
            String slow = "azure:https://localhost:" + road.port() + "/" + Azurite.ACCOUNT + "/backups/slow";
            AzureBackup backup = new AzureBackup(cluster(source), AzureBackup.repository(slow, settings, passphrase));
            source.execute("CREATE TABLE t AS SELECT n, md5(n::text) AS m FROM generate_series(1, 150000) n");

            Instant begin = Instant.now();
            backup.backUp(BackupRequest.full());
            Duration taken = Duration.between(begin, Instant.now());

            assertThat(taken).isGreaterThan(lifetime.multipliedBy(6));
            assertThat(signatures).hasSizeGreaterThan(6);
            AzureBackup fast = new AzureBackup(
                    cluster(source), AzureBackup.repository(azurite.location("backups", "slow"), settings, passphrase));
            assertThat(restored(fast, RecoveryTarget.endOfBackup())).isEqualTo(String.valueOf(source.query(SUM)));
        }
    }
}
