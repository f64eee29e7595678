package io.pgbackup.core.engine.restore.route;

import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;

/**
 * Where the log of a cluster is. Immutable.
 *
 * @param repository that holds backups and WAL
 * @param layout of the cluster
 * @param waiting what is of the newest identity and has not come into the repository yet
 */
public record LogPlaces(OpenRepository repository, ClusterLayout layout, WaitingWal waiting) {
    LogSource source(int identity, boolean newest) {
        WalArchive archive = new WalArchive(repository, ArchiveLayout.of(layout, identity));
        return new LogSource(archive, newest ? waiting : WaitingWal.none());
    }
}
