package io.pgbackup.examples.azure;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.RetentionRule.Every;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.util.List;

/**
 * Nearby for quick restores to any second of the last two weeks, and in Azure for years: the log goes to the local repository only, and every backup in Azure
 * holds the log it needs, so that it stands alone.
 */
final class LocalAndAzure {
    private final Cluster cluster;
    private final Repository local;
    private final Repository azure;

    LocalAndAzure(Cluster cluster, Repository local, Repository azure) {
        this.cluster = cluster;
        this.local = local;
        this.azure = azure;
    }

    /** Archives the log nearby until it is closed. */
    WalService archive(PgBackup nearby, Path directory) {
        nearby.initialize(local);
        return nearby.wal().serve(directory);
    }

    /** Each night. */
    BackupResult nightly() {
        try (PgBackup nearby = nearby()) {
            BackupResult taken = nearby.backup(BackupRequest.auto().to(local));
            nearby.expire(nearby.planExpire(local, Retention.keepFullBackups(2)));
            return taken;
        }
    }

    /** Once a month; seven years of months are kept. */
    BackupResult monthly() {
        try (PgBackup away = away()) {
            away.initialize(azure);
            BackupResult taken = away.backup(BackupRequest.full().to(azure));
            away.expire(away.planExpire(azure, Retention.keepGenerations(Every.MONTH, 84))
                    .deletingAtOnce());
            return taken;
        }
    }

    /** Any moment of the last weeks. */
    void restoreNearby(Path target, RecoveryTarget where) {
        try (PgBackup nearby = nearby()) {
            nearby.restore(RestoreRequest.into(target)
                    .recoverTo(where)
                    .walFrom(WalDelivery.prefetched())
                    .whenReached(RecoveryAction.PROMOTE));
        }
    }

    /** This machine is lost: the newest backup that Azure has, with nothing else. */
    void restoreFromAzure(Path target) {
        try (PgBackup away = away()) {
            away.restore(RestoreRequest.into(target)
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.fromBackup()));
        }
    }

    /** What Azure has, oldest first. */
    List<BackupLabel> monthsInAzure() {
        try (PgBackup away = away()) {
            return away.info(azure).backups().stream().map(BackupInfo::label).toList();
        }
    }

    PgBackup nearby() {
        return PgBackup.of(cluster).repository(local).build();
    }

    PgBackup away() {
        return PgBackup.of(cluster).repository(azure).build();
    }
}
