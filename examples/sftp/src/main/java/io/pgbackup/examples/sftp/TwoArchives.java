package io.pgbackup.examples.sftp;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.Retention;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;

/**
 * Backups and log in two places at once, so that either alone leads to any second. An SFTP server that is away for a while does not stop archiving: the log
 * is caught up when it is back.
 */
final class TwoArchives implements AutoCloseable {
    private final Repository local;
    private final Repository vault;
    private final PgBackup pg;

    TwoArchives(Cluster cluster, Repository local, Repository vault) {
        this.local = local;
        this.vault = vault;
        this.pg = PgBackup.of(cluster)
                .repository(local)
                .repository(vault)
                .walPolicy(WalPolicy.any())
                .build();
        pg.initialize(local);
        pg.initialize(vault);
    }

    /** Archives until it is closed; the server's archive_command is what it writes. */
    WalService archive(Path directory) {
        return pg.wal().serve(directory);
    }

    /** A backup in each place, from one look at the server. */
    void backUp(BackupRequest.Draft request) {
        pg.check().requireOk();
        pg.backup(request.toAll()).orThrow();
    }

    /** Four weeks nearby, a year away, and of the log what these need. */
    void expire() {
        pg.expire(pg.planExpire(local, Retention.keepFullBackups(4)));
        pg.expire(pg.planExpire(vault, Retention.keepFullBackups(52)));
    }

    /** Whatever happened to the other place. */
    void restore(Repository from, Path target, RecoveryTarget where) {
        pg.restore(RestoreRequest.into(target)
                .recoverTo(where)
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE)
                .from(from));
    }

    @Override
    public void close() {
        pg.close();
    }
}
