package io.pgbackup.examples.gcs;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.gcs.Gcs;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A nightly job on a machine or in a cluster of Google: the metadata server gives tokens, so there is no key of the store to keep, and bundles go to a
 * colder class than the records that are read often.
 */
public final class GcsBackup {
    private final Cluster cluster;
    private final Repository repository;

    GcsBackup(Cluster cluster, Repository repository) {
        this.cluster = cluster;
        this.repository = repository;
    }

    /**
     * Backs up, proves the backup, and lets old ones go.
     *
     * @param arguments data directory, JDBC URL, location ({@code gs://bucket/path}), file of the passphrase
     */
    public static void main(String[] arguments) {
        GcsBackup nightly = new GcsBackup(
                Cluster.named("shop")
                        .at(Path.of(arguments[0]))
                        .connectedBy(PgConnection.url(arguments[1]).user("backup"))
                        .build(),
                repository(
                        arguments[2],
                        Gcs.metadataServer().storageClass(ObjectKind.BUNDLE, "NEARLINE"),
                        SecretSource.file(Path.of(arguments[3]))));
        System.out.println(nightly.backUp(BackupRequest.auto()).label());
        nightly.prove();
        nightly.expire(Retention.keepFullBackups(4), ExpirePlan.STANDARD_GRACE);
    }

    static Repository repository(String location, Gcs settings, SecretSource passphrase) {
        return Repository.at(location)
                .with(settings)
                .encryptedWith(EncryptionKey.fromPassphrase(passphrase))
                .named("google")
                .build();
    }

    BackupResult backUp(BackupRequest.Draft request) {
        try (PgBackup pg = open()) {
            pg.initialize(repository);
            pg.check().requireOk();
            return pg.backup(request.to(repository));
        }
    }

    /** Reads back and proves every stored page. */
    void prove() {
        try (PgBackup pg = open()) {
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
        }
    }

    /** Archives the log until it is closed; the server's archive_command is what it writes. */
    WalService archive(PgBackup pg, Path directory) {
        pg.initialize(repository);
        return pg.wal().serve(directory);
    }

    /** Restores into an empty directory, to a time for example; the backup that leads there is found. */
    void restore(Path target, RecoveryTarget where) {
        try (PgBackup pg = open()) {
            pg.restore(RestoreRequest.into(target)
                    .recoverTo(where)
                    .walFrom(WalDelivery.prefetched())
                    .whenReached(RecoveryAction.PROMOTE));
        }
    }

    /** Deletes what need not be kept, when whoever still reads it had his time. */
    ExpireResult expire(Retention kept, Duration grace) {
        try (PgBackup pg = open()) {
            return pg.expire(pg.planExpire(repository, kept).withGrace(grace));
        }
    }

    PgBackup open() {
        return PgBackup.of(cluster).repository(repository).build();
    }
}
