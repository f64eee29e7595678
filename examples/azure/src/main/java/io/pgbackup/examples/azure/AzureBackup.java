package io.pgbackup.examples.azure;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.AccessTier;
import io.pgbackup.azure.AzureBlob;
import io.pgbackup.azure.AzureIdentity;
import io.pgbackup.azure.AzureKeyVault;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A nightly job without any stored secret: the managed identity of the machine opens the store and the vault that holds the passphrase, and
 * short-lived signatures for the one container are made and renewed on the way.
 */
public final class AzureBackup {
    private final Cluster cluster;
    private final Repository repository;

    AzureBackup(Cluster cluster, Repository repository) {
        this.cluster = cluster;
        this.repository = repository;
    }

    /**
     * Backs up, proves the backup, and lets old ones go.
     *
     * @param arguments data directory, JDBC URL, location ({@code azure://account/container/path}), URL of the key vault
     */
    public static void main(String[] arguments) {
        AzureIdentity identity = AzureIdentity.managed();
        SecretSource passphrase = AzureKeyVault.at(arguments[3], identity).secret("backup-passphrase");
        AzureBlob settings = AzureBlob.identity(identity)
                .signingSharedAccess(Duration.ofHours(6))
                .tier(ObjectKind.BUNDLE, AccessTier.COOL);

        AzureBackup nightly = new AzureBackup(
                Cluster.named("shop")
                        .at(Path.of(arguments[0]))
                        .connectedBy(PgConnection.url(arguments[1]).user("backup"))
                        .build(),
                repository(arguments[2], settings, passphrase));
        System.out.println(nightly.backUp(BackupRequest.auto()).label());
        nightly.prove();
        nightly.expire(ExpirePlan.STANDARD_GRACE);
    }

    static Repository repository(String location, AzureBlob settings, SecretSource passphrase) {
        return Repository.at(location)
                .with(settings)
                .encryptedWith(EncryptionKey.fromPassphrase(passphrase))
                .named("azure")
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

    /** Keeps a full backup and what stands on it; the others go when whoever reads them had his time. */
    ExpireResult expire(Duration grace) {
        try (PgBackup pg = open()) {
            return pg.expire(
                    pg.planExpire(repository, Retention.keepFullBackups(1)).withGrace(grace));
        }
    }

    PgBackup open() {
        return PgBackup.of(cluster).repository(repository).build();
    }
}
