package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.Retention;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retention thins WAL between two backups while somebody recovers through it: the one comes to its target, and nobody else begins. */
class ThinnedWalServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Retention THINNING = Retention.keepFullBackups(5).withWalOf(1);

    @TempDir
    Path work;

    @Test
    void aRestoreThatHasBegunFindsItsWal() {
        try (Site site = Site.start(
                PostgresVersion.V17, work, builder -> builder.walSegmentSize(1).setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(server.socketDirectory().resolve("service"))) {
                server.archiveBy(
                        service.writeArchiveCommand(server.socketDirectory().resolve("archive")));
                BackupLabel first =
                        pg.backup(BackupRequest.full().to(repository)).label();
                Lsn target = write(pg, server, 1);
                write(pg, server, 2);
                pg.backup(BackupRequest.full().to(repository));
                write(pg, server, 3);

                String command =
                        service.writeRestoreCommand(server.socketDirectory().resolve("restore"));
                RestoreRequest begun = RestoreRequest.into(site.fresh("restored"))
                        .recoverTo(RecoveryTarget.lsn(target))
                        .walFrom(WalDelivery.restoreCommand(command))
                        .whenReached(RecoveryAction.PROMOTE)
                        .backup(first);
                pg.restore(begun);
                ExpirePlan plan = pg.planExpire(repository, THINNING);
                long gone = pg.expire(plan).walFiles();
                requireNobodyElseBegins(pg, repository, begun, site.fresh("restored"));
                requireReached(server, begun);

                assertThat(pg.expire(plan.withGrace(Duration.ofMillis(1))).walFiles())
                        .isGreaterThan(gone)
                        .isPositive();
                requireNobodyElseBegins(pg, repository, begun, site.fresh("restored"));
                Path alone = site.fresh("restored");
                pg.restore(Site.restoreInto(alone).backup(first));
                PostgresServer.startOn(server.version(), alone).close();
                pg.planRestore(RestoreRequest.into(site.fresh("restored"))
                        .recoverTo(RecoveryTarget.latest())
                        .walFrom(WalDelivery.prefetched()));
            }
        }
    }

    /** A row, and some segments that are archived; where the row was committed. */
    private Lsn write(PgBackup pg, PostgresServer server, int row) {
        server.execute("INSERT INTO t VALUES (" + row + ")");
        Lsn committed = Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_insert_lsn()")));
        String last = "";
        for (int count = 0; count < 3; count++) {
            last = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
            server.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
        }
        String expected = last;
        await().atMost(PATIENCE).until(() -> pg.wal().fetch(expected, work.resolve("probe")));
        return committed;
    }

    private static void requireNobodyElseBegins(PgBackup pg, Repository repository, RestoreRequest begun, Path target) {
        RestoreRequest other = RestoreRequest.into(target)
                .recoverTo(begun.target())
                .walFrom(WalDelivery.prefetched())
                .backup(begun.label().orElseThrow());
        assertThatThrownBy(() -> pg.planRestore(other))
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE))
                .hasMessageContaining("retention");
        RecoveryWindow window = pg.wal().windows(repository).get(0);
        assertThat(window.latest()).isLessThanOrEqualTo(((RecoveryTarget.Position) begun.target()).position());
    }

    private static void requireReached(PostgresServer server, RestoreRequest begun) {
        try (PostgresServer restored = PostgresServer.startOn(server.version(), begun.directory())) {
            assertThat(restored.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"))
                    .as(restored.logTail())
                    .isEqualTo("1");
        }
    }
}
