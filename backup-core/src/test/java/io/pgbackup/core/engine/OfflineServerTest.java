package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Progress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a server that is shut down. */
class OfflineServerTest {
    private static final String CONTENT = "SELECT md5(string_agg(i || v, ',' ORDER BY i)) FROM t";

    @TempDir
    Path work;

    @Test
    void aServerThatWasShutDownRestoresWithoutReplay() {
        backUpOffline(PostgresVersion.V17);
    }

    @Test
    @Tag("long")
    void anOldServerThatWasShutDownRestoresWithoutReplay() {
        backUpOffline(PostgresVersion.V13);
    }

    private void backUpOffline(PostgresVersion version) {
        try (Site site = Site.start(version, work)) {
            PostgresServer server = site.server();
            server.execute(
                    "CREATE TABLESPACE far LOCATION '" + site.serverDirectory("tablespace") + "'",
                    "CREATE TABLE t TABLESPACE far AS SELECT i, md5(i::text) v FROM generate_series(1, 20000) i",
                    "CREATE TABLE oid AS SELECT oid FROM pg_tablespace WHERE spcname = 'far'");
            String tablespace = String.valueOf(server.query("SELECT oid FROM oid"));
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                requireRefused(pg, repository);
                server.execute("UPDATE t SET v = 'changed' WHERE i % 100 = 0");
                String content = String.valueOf(server.query(CONTENT));
                server.stop(PostgresServer.StopMode.FAST);
                BackupResult backup =
                        pg.backup(BackupRequest.incremental().offline().to(repository));
                server.start();
                server.execute("UPDATE t SET v = 'later' WHERE i % 10 = 0");
                BackupResult online = online(site, repository);
                assertThat(online.backup().base()).contains(backup.label());
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                requireRestores(site, pg, repository, backup, tablespace, content);
                requireRestores(site, pg, repository, online, "far", String.valueOf(server.query(CONTENT)));
                requireStartIsNoticed(site, pg, repository);
                requireCrashIsRefused(site, pg, repository);
            }
        }
    }

    /** The server has another port since it was started again. */
    private static BackupResult online(Site site, Repository repository) {
        try (PgBackup pg =
                PgBackup.of(site.cluster("main")).repository(repository).build()) {
            return pg.backup(BackupRequest.incremental().to(repository));
        }
    }

    private static void requireRefused(PgBackup pg, Repository repository) {
        ClusterException failure = catchThrowableOfType(
                ClusterException.class,
                () -> pg.backup(BackupRequest.full().offline().to(repository)));
        assertThat(failure.code()).isEqualTo(ErrorCode.SERVER_CONFIGURATION);
        assertThat(failure.getMessage()).contains("the server runs");
    }

    private static void requireRestores(
            Site site, PgBackup pg, Repository repository, BackupResult backup, String tablespace, String content) {
        Path target = site.fresh("restored");
        pg.restore(Site.restoreInto(target)
                .from(repository)
                .backup(backup.label())
                .tablespace(tablespace, site.fresh("tablespace")));
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
            assertThat(restored.query(CONTENT)).isEqualTo(content);
            assertThat(restored.query("SELECT timeline_id FROM pg_control_checkpoint()"))
                    .as("a timeline of its own")
                    .isEqualTo("2");
            restored.execute("INSERT INTO t VALUES (0, 'new')");
        }
    }

    private static void requireStartIsNoticed(Site site, PgBackup pg, Repository repository) {
        site.server().stop(PostgresServer.StopMode.FAST);
        AtomicBoolean started = new AtomicBoolean();
        OperationListener starting = new OperationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.phase().equals("copying") && started.compareAndSet(false, true)) {
                    site.server().start();
                }
            }
        };
        int before = pg.info(repository).backups().size();
        ClusterException failure = catchThrowableOfType(
                ClusterException.class,
                () -> pg.with(OperationOptions.none().listener(starting))
                        .backup(BackupRequest.full().offline().to(repository)));
        assertThat(failure.code()).isEqualTo(ErrorCode.SERVER_CONFIGURATION);
        assertThat(pg.info(repository).backups()).hasSize(before);
        assertThat(pg.info(repository).unsettled()).isEmpty();
    }

    private static void requireCrashIsRefused(Site site, PgBackup pg, Repository repository) {
        site.server().stop(PostgresServer.StopMode.IMMEDIATE);
        ClusterException failure = catchThrowableOfType(
                ClusterException.class,
                () -> pg.backup(BackupRequest.full().offline().to(repository)));
        assertThat(failure.code()).isEqualTo(ErrorCode.SERVER_CONFIGURATION);
        assertThat(failure.getMessage()).contains("shut down cleanly");
        assertThat(failure.hint()).contains("Start the server, let it recover and stop it");
        assertThat(pg.info(repository).unsettled()).isEmpty();
    }
}
