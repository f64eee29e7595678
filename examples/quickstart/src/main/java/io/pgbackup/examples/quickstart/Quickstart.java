package io.pgbackup.examples.quickstart;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The main job on a real PostgreSQL 17: full backup, changes, incremental backup, restore, and a comparison of every table. Ends its servers
 * and removes its files whatever happens.
 */
public final class Quickstart {
    private static final PostgresVersion VERSION = PostgresVersion.V17;

    private final Report report;
    private final Path parent;

    Quickstart(PrintStream out, Path parent) {
        this.report = new Report(out);
        this.parent = parent;
    }

    /**
     * Runs; the exit code is 0 if every table of the restored server equals its source.
     *
     * @param arguments none
     * @throws IOException if the temporary directory cannot be used
     */
    public static void main(String[] arguments) throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        System.exit(new Quickstart(System.out, parent).run() ? 0 : 1);
    }

    boolean run() throws IOException {
        try (Workspace workspace = Workspace.in(parent)) {
            report.step("A new server with two databases");
            try (PostgresServer source = PostgresServer.of(VERSION).start()) {
                Path target = workspace.resolve("restored");
                backUpAndRestore(source, workspace.resolve("repository"), target);

                report.step("Start the restored server and compare it with its source");
                try (PostgresServer restored = PostgresServer.startOn(VERSION, target)) {
                    return compare(source, restored);
                }
            }
        }
    }

    private void backUpAndRestore(PostgresServer source, Path place, Path target) {
        SampleData data = new SampleData(source);
        data.create();
        report.facts(source);

        Repository repository = Repository.at("file://" + place)
                .encryptedWith(EncryptionKey.fromPassphrase(newPassphrase()))
                .named("local")
                .build();
        Cluster cluster = Cluster.named("shop")
                .at(source.dataDirectory())
                .connectedBy(PgConnection.url(source.jdbcUrl("postgres")).user("postgres"))
                .build();

        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            report.step("Initialize an encrypted repository and check server and repository");
            pg.initialize(repository);
            report.check(pg.check().requireOk());

            report.step("Full backup");
            report.backup(pg.backup(BackupRequest.full().to(repository)));

            data.change();

            report.step("Incremental backup, after some changes");
            report.backup(pg.backup(BackupRequest.incremental().to(repository)));

            report.step("Verify: read back and prove every stored page");
            report.verify(pg.verify(repository, VerifyDepth.CONTENT).requireClean());

            report.step("Restore the newest backup into an empty directory");
            report.restore(pg.restore(RestoreRequest.into(target)
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.fromBackup())));
        }
    }

    private boolean compare(PostgresServer source, PostgresServer restored) {
        TableComparison comparison = TableComparison.of(TableContents.allOf(source), TableContents.allOf(restored));
        report.comparison(comparison);
        return comparison.equal();
    }

    private static SecretSource newPassphrase() {
        return SecretSource.value(UUID.randomUUID().toString().toCharArray());
    }
}
