package io.pgbackup.examples.sftp;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.sftp.Sftp;
import java.nio.file.Path;

/**
 * Every backup in two places: a directory nearby for quick restores, and an SFTP server for the day when this machine is lost. The server needs
 * nothing but OpenSSH and an account that may do SFTP and nothing else.
 */
public final class TwoPlaces {
    private TwoPlaces() {}

    /**
     * Backs up into both places, proves both, expires in both, and restores from the server alone.
     *
     * @param arguments data directory, JDBC URL, local repository ({@code file:///…}), repository on the server ({@code sftp://user@host/…}), private key,
     *     known hosts, passphrase file of the repositories, directory to restore into
     */
    public static void main(String[] arguments) {
        Cluster cluster = Cluster.named("shop")
                .at(Path.of(arguments[0]))
                .connectedBy(PgConnection.url(arguments[1]).user("postgres"))
                .build();
        EncryptionKey key = EncryptionKey.fromPassphrase(SecretSource.file(Path.of(arguments[6])));
        Repository local =
                Repository.at(arguments[2]).encryptedWith(key).named("local").build();
        Repository vault = Repository.at(arguments[3])
                .with(Sftp.privateKey(Path.of(arguments[4])).knownHosts(Path.of(arguments[5])))
                .encryptedWith(key)
                .named("vault")
                .build();

        try (PgBackup pg =
                PgBackup.of(cluster).repository(local).repository(vault).build()) {
            pg.initialize(local);
            pg.initialize(vault);
            pg.check().requireOk();

            for (BackupResult backup : pg.backup(BackupRequest.auto().toAll()).orThrow()) {
                System.out.println(backup.label());
            }
            for (Repository repository : new Repository[] {local, vault}) {
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                pg.expire(pg.planExpire(repository, Retention.keepFullBackups(2)));
            }
            pg.restore(RestoreRequest.into(Path.of(arguments[7]))
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.fromBackup())
                    .from(vault));
        }
    }
}
