package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that archives what the server's command names, until it is killed. */
final class DoomedArchiver {
    private DoomedArchiver() {}

    /**
     * Runs.
     *
     * @param arguments data directory, repository, directory of the service, script of the command
     */
    public static void main(String[] arguments) throws InterruptedException {
        Cluster cluster = Cluster.named("main")
                .at(Path.of(arguments[0]))
                .connectedBy(PgConnection.url("jdbc:postgresql://127.0.0.1:1/postgres")
                        .user("nobody"))
                .build();
        Repository repository = Site.encrypted(Path.of(arguments[1]), "doomed");
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build();
                WalService service = pg.wal().serve(Path.of(arguments[2]))) {
            service.writeArchiveCommand(Path.of(arguments[3]));
            new CountDownLatch(1).await();
        }
    }
}
