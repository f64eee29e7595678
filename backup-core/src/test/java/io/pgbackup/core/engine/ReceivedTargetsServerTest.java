package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.ReceiveRequest;
import io.pgbackup.wal.WalReceiver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server dies; what was received of its last segment leads to any point in it, and to none behind. */
class ReceivedTargetsServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path work;

    /** Points of the last segment, which nobody has as a whole. */
    private record Points(Lsn position, Instant time, Lsn end) {}

    @Test
    void everyPointThatWasReceivedCanBeReached() {
        prove(PostgresVersion.V17);
    }

    @ParameterizedTest
    @EnumSource(names = "V17", mode = EnumSource.Mode.EXCLUDE)
    @Tag("long")
    void onEveryServer(PostgresVersion version) {
        prove(version);
    }

    private void prove(PostgresVersion version) {
        try (Site site =
                Site.start(version, work, builder -> builder.walSegmentSize(1).setting("wal_keep_size", "1GB"))) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                WalReceiver receiver = pg.wal()
                        .receiver(ReceiveRequest.slot("keeper")
                                .in(work.resolve("spool"))
                                .partialAfter(Duration.ofMillis(100)));
                CompletableFuture<Void> running = CompletableFuture.runAsync(receiver::run);
                server.execute("CREATE TABLE t (i int)");
                pg.backup(BackupRequest.full().to(repository));
                Points points = write(server);
                await().atMost(PATIENCE)
                        .until(() -> receiver.position().stored().compareTo(points.end()) >= 0);
                server.stop(PostgresServer.StopMode.IMMEDIATE);
                receiver.close();
                running.join();

                requireRows(pg, site, RecoveryTarget.lsn(points.position()), "1,2,3");
                requireRows(pg, site, RecoveryTarget.time(points.time()), "1,2,3,4");
                requireRows(pg, site, RecoveryTarget.restorePoint("here"), "1,2,3,4,5");
                requireRows(pg, site, RecoveryTarget.latest(), "1,2,3,4,5,6");
                requirePlans(pg, site, points);
                requireNothingBehind(
                        pg, site, RecoveryTarget.lsn(new Lsn(points.end().value() + 80_000)));
                requireNothingBehind(pg, site, RecoveryTarget.time(Instant.now()));
                requireNothingBehind(pg, site, RecoveryTarget.restorePoint("nowhere"));
            }
        }
    }

    private static Lsn flushed(PostgresServer server) {
        return Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_flush_lsn()")));
    }

    /** The first rows are in whole segments, the others in the last one. */
    private static Points write(PostgresServer server) {
        server.execute("INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()");
        server.execute("INSERT INTO t VALUES (2)", "SELECT pg_switch_wal()");
        server.execute("INSERT INTO t VALUES (3)");
        Lsn position = flushed(server);
        server.execute("INSERT INTO t VALUES (4)");
        Instant time = Instant.ofEpochMilli(Long.parseLong(Objects.requireNonNull(
                server.query("SELECT ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint"))));
        await().until(() -> Instant.now().isAfter(time));
        server.execute("INSERT INTO t VALUES (5)", "SELECT pg_create_restore_point('here')");
        server.execute("INSERT INTO t VALUES (6)");
        return new Points(position, time, flushed(server));
    }

    private static RestoreRequest request(Path directory, RecoveryTarget target) {
        RestoreRequest request =
                RestoreRequest.into(directory).recoverTo(target).walFrom(WalDelivery.prefetched());
        return request.whenReached(RecoveryAction.PROMOTE);
    }

    private static void requireRows(PgBackup pg, Site site, RecoveryTarget target, String rows) {
        RestoreRequest request = request(site.fresh("restored"), target);
        pg.restore(request);
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), request.directory())) {
            assertThat(restored.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"))
                    .as("%s\n%s", target, restored.logTail())
                    .isEqualTo(rows);
        }
        Tree.delete(request.directory());
    }

    private static void requirePlans(PgBackup pg, Site site, Points points) {
        RestorePlan brought = pg.planRestore(request(site.fresh("x"), RecoveryTarget.lsn(points.position())));
        assertThat(brought.wal().files()).hasSizeGreaterThanOrEqualTo(3);
        pg.planRestore(RestoreRequest.into(site.fresh("x"))
                .recoverTo(RecoveryTarget.lsn(points.position()))
                .walFrom(WalDelivery.restoreCommand("fetch %f %p")));
    }

    private static void requireNothingBehind(PgBackup pg, Site site, RecoveryTarget target) {
        assertThatThrownBy(() -> pg.planRestore(request(site.fresh("x"), target)))
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE));
    }
}
