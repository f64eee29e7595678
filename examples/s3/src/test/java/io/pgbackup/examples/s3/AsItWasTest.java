package io.pgbackup.examples.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.s3.S3;
import io.pgbackup.s3.testkit.RadosGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Somebody empties a bucket that keeps versions: the repository is read as it was before, and restored from. */
@Tag("long")
class AsItWasTest {
    private static final String BUCKET = "acme-backups";
    private static final String LOCATION = "s3://" + BUCKET + "/nightly";

    @TempDir
    private Path directory;

    private final SecretSource passphrase =
            SecretSource.value(UUID.randomUUID().toString().toCharArray());

    @Test
    void anEmptiedRepositoryIsRestoredFromAsItWas() throws Exception {
        PostgresAvailability.require(PostgresVersion.V17);
        try (RadosGateway gateway = RadosGateway.start();
                PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            RadosGateway.User user = gateway.user("owner");
            S3 settings = S3.accessKey(
                            user.accessKey(),
                            SecretSource.value(user.secretKey().toCharArray()))
                    .endpoint(gateway.endpoint())
                    .allowPlainHttp();
            Repository present = S3Backup.repository(LOCATION, settings, passphrase);
            try (S3Client client = gateway.client(user);
                    PgBackup pg = open(source, present)) {
                client.createBucket(request -> request.bucket(BUCKET));
                pg.initialize(present);
                source.execute("CREATE TABLE t AS SELECT n FROM generate_series(1, 50000) n");
                BackupLabel wanted = pg.backup(BackupRequest.full().to(present)).label();
                client.putBucketVersioning(request -> request.bucket(BUCKET)
                        .versioningConfiguration(versions -> versions.status(BucketVersioningStatus.ENABLED)));
                Instant before = Instant.now();

                destroy(client);

                assertThat(failure(() -> pg.info(present)).code()).isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
                Repository past = S3Backup.repository(LOCATION, settings.asOf(before), passphrase);
                assertUsable(source, past, wanted);
                assertNothingCanBeWritten(source, past);
                assertCopied(source, past);
            }
        }
    }

    private static Cluster cluster(PostgresServer source) {
        return Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();
    }

    private static PgBackup open(PostgresServer source, Repository repository) {
        return PgBackup.of(cluster(source)).repository(repository).build();
    }

    /** What is needed to open it is overwritten, all else is deleted. */
    private static void destroy(S3Client client) {
        for (S3Object object :
                client.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents()) {
            if (object.key().endsWith("/format")) {
                client.putObject(
                        request -> request.bucket(BUCKET).key(object.key()), RequestBody.fromString("give me money"));
            } else {
                client.deleteObject(request -> request.bucket(BUCKET).key(object.key()));
            }
        }
    }

    private void assertUsable(PostgresServer source, Repository past, BackupLabel wanted) {
        Path target = directory.resolve("restored");
        try (PgBackup pg = open(source, past)) {
            assertThat(pg.info(past).backups()).extracting(BackupInfo::label).containsExactly(wanted);
            pg.verify(past, VerifyDepth.CONTENT).requireClean();
            pg.restore(RestoreRequest.into(target)
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.prefetched())
                    .backup(wanted));
        }
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, target)) {
            assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("50000");
        }
    }

    private static void assertNothingCanBeWritten(PostgresServer source, Repository past) {
        try (PgBackup pg = open(source, past)) {
            for (Executable writing : new Executable[] {
                () -> pg.backup(BackupRequest.full().to(past)),
                () -> pg.expire(pg.planExpire(past, Retention.keepYoungerThan(Duration.ofDays(1))))
            }) {
                PgBackupException failure = failure(writing);
                assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
                assertThat(failure).hasMessageContaining("the past cannot be changed");
            }
        }
    }

    /** So a repository is had again: by copying it out of the past. */
    private void assertCopied(PostgresServer source, Repository past) {
        Repository rescued = Repository.at("file://" + directory.resolve("rescued"))
                .unencrypted()
                .named("rescued")
                .build();
        try (PgBackup pg = PgBackup.of(cluster(source))
                .repository(past)
                .repository(rescued)
                .build()) {
            pg.initialize(rescued);
            pg.copy(CopyRequest.all().from(past).to(rescued));

            assertThat(pg.info(rescued).backups()).hasSize(1);
            pg.verify(rescued, VerifyDepth.CONTENT).requireClean();
            pg.backup(BackupRequest.full().to(rescued));
            assertThat(failure(() -> pg.copy(CopyRequest.newest().from(rescued).to(past))))
                    .hasMessageContaining("the past cannot be changed");
        }
    }

    private static PgBackupException failure(Executable call) {
        PgBackupException failure = catchThrowableOfType(PgBackupException.class, call::execute);
        assertThat(failure).isNotNull();
        return failure;
    }
}
