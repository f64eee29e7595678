package io.pgbackup.examples.quickstart;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.nio.file.Path;

/** The shortest working program. README.md shows what stands between the two marks, and a test compares them. */
public final class FirstBackup {
    private FirstBackup() {}

    // README begin
    public static void main(String[] arguments) {
        Cluster cluster = Cluster.named("shop")
                .at(Path.of(arguments[0])) // the data directory: /var/lib/postgresql/17/main
                .connectedBy(PgConnection.url(arguments[1]).user("backup")) // jdbc:postgresql://localhost/postgres
                .build();
        Repository repository = Repository.at(arguments[2]) // file:///var/backups/pg
                .encryptedWith(EncryptionKey.fromPassphrase(SecretSource.file(Path.of(arguments[3]))))
                .build();

        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            pg.initialize(repository); // once would do; does nothing when all is there
            BackupResult backup = pg.backup(BackupRequest.auto().to(repository)); // full, later incremental
            System.out.println(backup.label());

            pg.restore(RestoreRequest.into(Path.of(arguments[4])) // absent or empty
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.fromBackup()));
        }
    }
    // README end
}
