package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A process that backs up, expires and restores without end, until it is killed. */
final class DoomedProcess {
    private final PgBackup pg;
    private final Repository repository;
    private final Path targets;
    private final Random random;

    private DoomedProcess(PgBackup pg, Repository repository, Path targets, long seed) {
        this.pg = pg;
        this.repository = repository;
        this.targets = targets;
        this.random = new Random(seed);
    }

    /**
     * Runs.
     *
     * @param arguments data directory, connection, repository, directory for restored clusters, seed
     */
    public static void main(String[] arguments) throws Exception {
        Cluster cluster = Cluster.named("main")
                .at(Path.of(arguments[0]))
                .connectedBy(PgConnection.url(arguments[1]).user("postgres"))
                .build();
        Repository repository = Site.encrypted(Path.of(arguments[2]), "doomed");
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            new DoomedProcess(pg, repository, Path.of(arguments[3]), Long.parseLong(arguments[4])).live();
        }
    }

    private void live() throws Exception {
        System.out.println("alive");
        for (int round = 0; ; round++) {
            try {
                step(round);
            } catch (PgBackupException e) {
                System.out.println("failed: " + e.code() + " " + e.getMessage());
                return;
            }
        }
    }

    private void step(int round) throws Exception {
        switch (random.nextInt(8)) {
            case 0 -> pg.backup(BackupRequest.full().to(repository));
            case 1, 2 ->
                pg.expire(
                        pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            case 3, 4 -> restore(round);
            default -> pg.backup(BackupRequest.auto().to(repository));
        }
    }

    private void restore(int round) throws Exception {
        List<BackupInfo> backups = pg.info(repository).backups();
        if (!backups.isEmpty()) {
            BackupLabel label = backups.get(random.nextInt(backups.size())).label();
            Path target = Files.createTempDirectory(targets, "restored" + round + "-");
            pg.restore(Site.restoreInto(target).backup(label));
        }
    }
}
