package io.pgbackup.benchmarks.compare;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.nio.file.Path;

/** This library, called in this JVM, which has done the same before. */
final class Ours implements Tool, AutoCloseable {
    private final Cluster cluster;
    private final PgBackupRuntime runtime;

    Ours(Path dataDirectory, String jdbcUrl, int workers) {
        this.cluster = Cluster.named("compared")
                .at(dataDirectory)
                .connectedBy(PgConnection.url(jdbcUrl).user("postgres"))
                .build();
        this.runtime = PgBackupRuntime.builder().workers(workers).build();
    }

    @Override
    public String name() {
        return "ours";
    }

    @Override
    public String description() {
        return "this library in a running JVM; lz4, AES-256-GCM under a passphrase, WAL in the set";
    }

    @Override
    public boolean does(Case what) {
        return true;
    }

    @Override
    public void prepare(Path directory) {
        Repository repository = repository(directory);
        try (PgBackup backup = open(repository)) {
            backup.initialize(repository);
        }
    }

    @Override
    public void full(Path directory) {
        backup(directory, BackupRequest.full());
    }

    @Override
    public void incremental(Path directory) {
        backup(directory, BackupRequest.incremental());
    }

    private void backup(Path directory, BackupRequest.Draft draft) {
        Repository repository = repository(directory);
        try (PgBackup backup = open(repository)) {
            BackupResult result = backup.backup(draft.to(repository));
            if (!result.badPages().isEmpty()) {
                throw new IllegalStateException("bad pages: " + result.badPages());
            }
        }
    }

    @Override
    public void restore(Path directory, Path target) {
        try (PgBackup backup = open(repository(directory))) {
            backup.restore(RestoreRequest.into(target)
                    .recoverTo(RecoveryTarget.endOfBackup())
                    .walFrom(WalDelivery.fromBackup()));
        }
    }

    private PgBackup open(Repository repository) {
        return PgBackup.of(cluster).repository(repository).runtime(runtime).build();
    }

    /** The passphrase guards nothing. */
    private static Repository repository(Path directory) {
        return Repository.at("file://" + directory)
                .encryptedWith(EncryptionKey.fromPassphrase(SecretSource.value("compared by everybody".toCharArray())))
                .build();
    }

    @Override
    public void close() {
        runtime.close();
    }
}
