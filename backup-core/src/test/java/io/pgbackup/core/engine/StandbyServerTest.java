package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Cluster;
import io.pgbackup.Lsn;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a standby that follows a primary under load. */
class StandbyServerTest {
    @TempDir
    Path work;

    @Test
    void aBackupOfAStandbyIsWhatThePrimaryHadCommitted() {
        backUpAndPromote(PostgresVersion.V17);
    }

    @Test
    @Tag("long")
    void aBackupOfAnOldStandbyIsWhatThePrimaryHadCommitted() {
        backUpAndPromote(PostgresVersion.V13);
    }

    private void backUpAndPromote(PostgresVersion version) {
        try (Site site = Site.start(version, work, builder -> builder.setting("wal_keep_size", "1GB"))) {
            site.server()
                    .execute(
                            "CREATE TABLESPACE far LOCATION '" + site.serverDirectory("tablespace") + "'",
                            "CREATE EXTENSION amcheck");
            LedgerLoad.prepare(site.server());
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    LedgerLoad load = new LedgerLoad(site.server()).start()) {
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                try (PostgresServer standby = standby(site, pg, repository)) {
                    awaitCheckpoint(site.server(), standby);
                    Cluster cluster = cluster(standby, standby.dataDirectory());
                    try (PgBackup there =
                            PgBackup.of(cluster).repository(repository).build()) {
                        BackupResult backup =
                                there.backup(BackupRequest.incremental().to(repository));
                        load.close();
                        requireRestores(site, pg, repository, full, backup, load);
                        requireWrongDirectoryIsRefused(site, repository, standby);
                        requirePromotionIsNoticed(there, repository, standby);
                    }
                }
            }
        }
    }

    private static Cluster cluster(PostgresServer server, Path directory) {
        return Cluster.named("main")
                .at(directory)
                .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                .build();
    }

    /** Made from a backup of the primary, with a tablespace of its own. */
    private static PostgresServer standby(Site site, PgBackup pg, Repository repository) {
        Path target = site.fresh("standby");
        pg.restore(Site.restoreInto(target).from(repository).tablespace("far", site.fresh("tablespace")));
        try {
            Files.delete(target.resolve("recovery.signal"));
            Files.createFile(target.resolve("standby.signal"));
            Files.write(
                    target.resolve("postgresql.auto.conf"),
                    List.of(
                            "recovery_target = ''",
                            "restore_command = ''",
                            "primary_conninfo = 'host=127.0.0.1 user=postgres port="
                                    + site.server().port() + "'"),
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return PostgresServer.of(site.server().version()).stayingInRecovery().startOn(target);
    }

    /** The backup starts at a checkpoint of the primary that the standby has replayed: later than the backup it was made from. */
    private static void awaitCheckpoint(PostgresServer primary, PostgresServer standby) {
        primary.execute("CHECKPOINT");
        String reached = Objects.requireNonNull(primary.query("SELECT pg_current_wal_insert_lsn()"));
        while (!"t".equals(standby.query("SELECT pg_last_wal_replay_lsn() >= '" + reached + "'::pg_lsn"))) {
            Thread.onSpinWait();
        }
    }

    private static void requireRestores(
            Site site, PgBackup pg, Repository repository, BackupResult full, BackupResult backup, LedgerLoad load) {
        assertThat(backup.backup().base()).contains(full.label());
        assertThat(backup.badPages()).isEmpty();
        Lsn stop = backup.backup().wal().stop();
        assertThat(stop).isGreaterThan(full.backup().wal().stop());
        Path target = site.fresh("restored");
        pg.restore(Site.restoreInto(target)
                .from(repository)
                .backup(backup.label())
                .tablespace("far", site.fresh("tablespace")));
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
            RestoredBooks books = new RestoredBooks(restored);
            books.requireExactly(stop, load.acknowledged());
            books.requireUnloggedReset();
            books.requireSound();
        }
    }

    private static void requireWrongDirectoryIsRefused(Site site, Repository repository, PostgresServer standby) {
        Cluster mixed = cluster(standby, site.server().dataDirectory());
        try (PgBackup pg = PgBackup.of(mixed).repository(repository).build()) {
            PgBackupException failure = catchThrowableOfType(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(repository)));
            assertThat(failure.getMessage()).contains("standby");
        }
    }

    private static void requirePromotionIsNoticed(PgBackup pg, Repository repository, PostgresServer standby) {
        int before = pg.info(repository).backups().size();
        AtomicBoolean promoted = new AtomicBoolean();
        OperationListener promoting = new OperationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.phase().equals("copying") && promoted.compareAndSet(false, true)) {
                    standby.execute("SELECT pg_promote()");
                }
            }
        };
        PgBackupException failure = catchThrowableOfType(
                PgBackupException.class,
                () -> pg.with(OperationOptions.none().listener(promoting))
                        .backup(BackupRequest.full().to(repository)));
        assertThat(failure.code()).isEqualTo(ErrorCode.SESSION_LOST);
        assertThat(failure.getMessage()).contains("promoted");
        assertThat(pg.info(repository).backups()).hasSize(before);
        assertThat(pg.info(repository).unsettled()).isEmpty();
    }
}
