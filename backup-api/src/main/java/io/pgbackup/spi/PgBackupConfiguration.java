package io.pgbackup.spi;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.event.OperationListener;
import io.pgbackup.wal.WalPolicy;
import java.util.List;
import java.util.Optional;

/**
 * Everything {@link io.pgbackup.PgBackup.Builder} was told.
 *
 * @param cluster what to back up or restore
 * @param repositories at least one
 * @param listeners hear every operation
 * @param runtime shared, or empty for a private one
 * @param parallelism workers of a private runtime, or empty for the default
 * @param walPolicy in how many repositories WAL must be durable
 */
public record PgBackupConfiguration(
        Cluster cluster,
        List<Repository> repositories,
        List<OperationListener> listeners,
        Optional<PgBackupRuntime> runtime,
        Optional<Integer> parallelism,
        WalPolicy walPolicy) {
    /** Copies the lists. */
    public PgBackupConfiguration {
        repositories = List.copyOf(repositories);
        listeners = List.copyOf(listeners);
    }
}
