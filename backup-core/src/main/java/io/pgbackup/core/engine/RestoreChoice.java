package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.RestoreOperation;
import io.pgbackup.core.engine.restore.target.Surroundings;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.restore.RestoreRequest;
import java.util.List;

/** Which set of which repository a request is restored from. For one call. */
final class RestoreChoice {
    private final Cluster cluster;
    private final Repositories repositories;
    private final RestoreRequest request;
    private final ClusterLayout layout;

    RestoreChoice(Cluster cluster, Repositories repositories, RestoreRequest request) {
        this.cluster = cluster;
        this.repositories = repositories;
        this.request = request;
        this.layout = ClusterLayout.of(cluster.name());
    }

    /** The repository asked for, or the first that holds a suitable backup. An unreadable one is an error, never "no backup". */
    Repository repository() {
        if (request.repository().isPresent()) {
            return request.repository().get();
        }
        for (Repository repository : repositories.all()) {
            try (OpenRepository open = repositories.open(repository)) {
                if (suits(new Catalog(open, layout))) {
                    return repository;
                }
            }
        }
        throw noBackup(cluster.name(), "any repository");
    }

    private boolean suits(Catalog catalog) {
        return request.label().isPresent()
                ? catalog.find(request.label().get()).isPresent()
                : !catalog.backups().isEmpty();
    }

    /** Restores the set asked for, or the newest. */
    RestoreOperation operation(Operation operation, OpenRepository open, PgBackupRuntime runtime) {
        Catalog catalog = new Catalog(open, layout);
        BackupLabel label = request.label().orElseGet(() -> newest(catalog, open));
        SetContents contents = SetContents.of(open, layout, catalog.require(label));
        return new RestoreOperation(
                operation, contents, runtime, request, Surroundings.of(cluster, repositories.all()));
    }

    private BackupLabel newest(Catalog catalog, OpenRepository open) {
        List<BackupRecord> backups = catalog.backups();
        if (backups.isEmpty()) {
            throw noBackup(cluster.name(), "repository " + open.name());
        }
        return backups.get(backups.size() - 1).label();
    }

    static RepositoryException noBackup(String cluster, String where) {
        return new RepositoryException(
                ErrorCode.BACKUP_NOT_FOUND,
                "there is no such backup of cluster " + cluster + " in " + where,
                "info lists the backups there are");
    }
}
