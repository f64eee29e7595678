package io.pgbackup.examples.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.LifecycleRule;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.catalog.VerifyReport.Severity;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.s3.S3;
import io.pgbackup.s3.testkit.LifecycleDocument;
import io.pgbackup.s3.testkit.RadosGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** A real store takes the rule that the library prints, and removes by it; what is gone is told from damage. */
@Tag("long")
class ExpiredByTheStoreTest {
    private static final String BUCKET = "acme-backups";
    private static final Duration DAY = Duration.ofDays(1);

    /** The shortest rule there is: a day of retention, a day for each end of a chain of one day, a week's margin. */
    private static final int DAYS = 10;

    private static S3 settings(RadosGateway gateway, RadosGateway.User user) {
        return S3.accessKey(
                        user.accessKey(), SecretSource.value(user.secretKey().toCharArray()))
                .endpoint(gateway.endpoint())
                .allowPlainHttp();
    }

    private static Cluster cluster(PostgresServer source) {
        return Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();
    }

    @Test
    void whatTheStoreRemovedByItsRuleIsNoDamage() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        try (RadosGateway gateway = RadosGateway.startWithShortDays();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            RadosGateway.User user = gateway.user("owner");
            Repository repository = S3Backup.repository(
                    "s3://" + BUCKET + "/nightly",
                    settings(gateway, user),
                    SecretSource.value(UUID.randomUUID().toString().toCharArray()));
            try (S3Client client = gateway.client(user)) {
                client.createBucket(request -> request.bucket(BUCKET));
                BackupResult full = backedUp(source, repository);

                LifecycleDocument.put(client, BUCKET, rule(repository).document());
                await().atMost(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> client.listObjectsV2(request ->
                                                request.bucket(BUCKET).prefix("nightly/shop/data/"))
                                        .keyCount()
                                == 0);

                VerifyReport later = verified(source, repository, Duration.ofDays(DAYS + 1));
                assertThat(later.findings()).isNotEmpty().allSatisfy(finding -> {
                    assertThat(finding.code()).isEqualTo(ErrorCode.EXPIRED_BY_PROVIDER);
                    assertThat(finding.severity()).isEqualTo(Severity.NOTICE);
                    assertThat(finding.label()).contains(full.label());
                });
                later.requireClean();

                VerifyReport now = verified(source, repository, Duration.ZERO);
                assertThat(now.findings())
                        .extracting(Finding::code, Finding::severity)
                        .contains(tuple(ErrorCode.OBJECT_MISSING, Severity.DAMAGE))
                        .as("a rule of ten days takes nothing that was made today")
                        .doesNotContain(tuple(ErrorCode.EXPIRED_BY_PROVIDER, Severity.NOTICE));
            }
        }
    }

    private static BackupResult backedUp(PostgresServer source, Repository repository) {
        source.execute("CREATE TABLE t AS SELECT n, md5(n::text) AS m FROM generate_series(1, 50000) n");
        try (PgBackup pg = PgBackup.of(cluster(source)).repository(repository).build()) {
            pg.initialize(repository);
            return pg.backup(BackupRequest.full().to(repository));
        }
    }

    private static LifecycleRule rule(Repository repository) {
        try (PgBackup pg = PgBackup.of(Cluster.named("shop").withoutServer())
                .repository(repository)
                .build()) {
            LifecycleRule rule = pg.lifecycleRule(repository, Retention.keepYoungerThan(DAY), DAY);
            assertThat(rule.expirables())
                    .anySatisfy(expirable -> assertThat(expirable.days()).isEqualTo(DAYS));
            return rule;
        }
    }

    private static VerifyReport verified(PostgresServer source, Repository repository, Duration later) {
        try (PgBackupRuntime runtime = PgBackupRuntime.builder()
                        .clock(() -> Instant.now().plus(later))
                        .build();
                PgBackup pg = PgBackup.of(cluster(source))
                        .repository(repository)
                        .runtime(runtime)
                        .build()) {
            return pg.verify(VerifyRequest.of(repository).storeExpiresAfter(Duration.ofDays(DAYS)));
        }
    }
}
