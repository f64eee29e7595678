package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RecoveryTimeline;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that was promoted goes on archiving into the same place, and can be restored to both sides of the promotion; what nothing needs goes. */
class TimelinesServerTest {
    private static final PostgresVersion VERSION = PostgresVersion.V17;

    @TempDir
    Path work;

    private static void archiveBy(PostgresServer server, WalService service) {
        String command = service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
        server.execute(
                "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'", "SELECT pg_reload_conf()");
    }

    private static void write(PostgresServer server, String word) {
        server.execute("INSERT INTO words VALUES ('" + word + "')");
    }

    private void archiveAll(PostgresServer server, PgBackup pg) {
        String segment = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute("SELECT txid_current()", "SELECT pg_switch_wal()", "SELECT txid_current()");
        await().atMost(Duration.ofSeconds(30)).until(() -> pg.wal().fetch(segment, work.resolve("probe")));
    }

    private static RestoreRequest to(Path target, RecoveryTimeline timeline) {
        return RestoreRequest.into(target)
                .recoverTo(RecoveryTarget.latest())
                .walFrom(WalDelivery.prefetched())
                .timeline(timeline);
    }

    private String words(PgBackup pg, RestoreRequest request) {
        pg.restore(request);
        try (PostgresServer restored = PostgresServer.startOn(VERSION, request.directory())) {
            return Objects.requireNonNull(restored.query("SELECT string_agg(word, ' ' ORDER BY word) FROM words"));
        }
    }

    private static PgBackup open(PostgresServer server, Repository repository) {
        return PgBackup.of(Cluster.named("main")
                        .at(server.dataDirectory())
                        .connectedBy(
                                PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                        .build())
                .repository(repository)
                .build();
    }

    @Test
    void bothSidesOfAPromotionCanBeReachedFromOneBackup() {
        try (Site site = Site.start(VERSION, work, builder -> builder.setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE words (word text)");
            Repository repository = site.repository();
            Path promotedTo = site.fresh("promoted");
            BackupLabel full;
            BackupLabel abandoned;
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(server.socketDirectory().resolve("commands"))) {
                archiveBy(server, service);
                write(server, "a");
                full = pg.backup(BackupRequest.full().to(repository)).label();
                write(server, "b");
                String position = Objects.requireNonNull(server.query("SELECT pg_current_wal_insert_lsn()"));
                write(server, "c");
                archiveAll(server, pg);
                abandoned =
                        pg.backup(BackupRequest.incremental().to(repository)).label();
                archiveAll(server, pg);
                pg.restore(RestoreRequest.into(promotedTo)
                        .recoverTo(RecoveryTarget.lsn(io.pgbackup.Lsn.parse(position))
                                .exclusive())
                        .walFrom(WalDelivery.prefetched())
                        .whenReached(RecoveryAction.PROMOTE)
                        .keepArchiving());
            }
            server.stop(PostgresServer.StopMode.FAST);
            try (PostgresServer promoted = PostgresServer.startOn(VERSION, promotedTo);
                    PgBackup pg = open(promoted, repository);
                    WalService service =
                            pg.wal().serve(promoted.socketDirectory().resolve("commands"))) {
                archiveBy(promoted, service);
                write(promoted, "d");
                archiveAll(promoted, pg);
                requireNewestTimelineUnlessAnotherIsNamed(pg, site, full, abandoned);
                BackupResult second = pg.backup(BackupRequest.full()
                        .walFromArchive(Duration.ofSeconds(30))
                        .to(repository));
                write(promoted, "e");
                archiveAll(promoted, pg);
                assertThat(second.backup().wal().timeline()).isEqualTo(2);
                assertThat(second.backup().sizes().walStored()).isZero();

                RecoveryTimeline latest = RecoveryTimeline.latest();
                assertThat(words(pg, to(site.fresh("r"), latest).backup(full))).isEqualTo("a b d e");
                assertThat(words(
                                pg,
                                to(site.fresh("r"), RecoveryTimeline.current()).backup(full)))
                        .isEqualTo("a b c");
                assertThat(words(pg, to(site.fresh("r"), latest))).isEqualTo("a b d e");
                refused(
                        ErrorCode.TARGET_UNREACHABLE,
                        () -> pg.planRestore(
                                to(site.fresh("r"), RecoveryTimeline.number(1)).backup(second.label())));
                refused(
                        ErrorCode.INVALID_REQUEST,
                        () -> pg.planRestore(Site.restoreInto(site.fresh("r")).backup(second.label())));
                RestoreRequest alone = RestoreRequest.into(site.fresh("r"))
                        .recoverTo(RecoveryTarget.endOfBackup())
                        .walFrom(WalDelivery.prefetched())
                        .backup(second.label());
                assertThat(words(pg, alone)).isEqualTo("a b d");
                assertThat(pg.wal().windows(repository))
                        .extracting(RecoveryWindow::timeline)
                        .containsExactly(2L, 1L, 2L);

                ExpireResult expired = pg.expire(
                        pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
                assertThat(expired.deleted()).containsExactlyInAnyOrder(full, abandoned);
                assertThat(expired.walFiles()).isPositive();
                assertThat(pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1))
                                        .deletingAtOnce())
                                .walFiles())
                        .isZero();
                assertThat(words(pg, to(site.fresh("r"), latest))).isEqualTo("a b d e");
                assertThat(pg.wal().fetch("00000002.history", work.resolve("probe")))
                        .isTrue();
            }
        }
    }

    /** The newest backup lies on the branch that was left: it leads to nothing that came after. */
    private static void requireNewestTimelineUnlessAnotherIsNamed(
            PgBackup pg, Site site, BackupLabel full, BackupLabel abandoned) {
        RestoreRequest latest = to(site.fresh("r"), RecoveryTimeline.latest());
        assertThat(pg.planRestore(latest).label()).isEqualTo(full);
        assertThat(pg.planRestore(to(site.fresh("r"), RecoveryTimeline.number(1)))
                        .label())
                .isEqualTo(abandoned);
        assertThat(pg.planRestore(latest.backup(abandoned)).wal().timeline()).isEqualTo(1);
    }

    private static void refused(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void aBackupThatReliesOnTheArchiveFailsSoonIfNothingIsArchived() {
        try (Site site = Site.start(VERSION, work, builder -> builder.setting("archive_mode", "on"))) {
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                refused(
                        ErrorCode.WAL_MISSING,
                        () -> pg.backup(BackupRequest.full()
                                .walFromArchive(Duration.ofSeconds(2))
                                .to(repository)));
                assertThat(pg.info(repository).backups()).isEmpty();
                assertThat(pg.info(repository).unsettled()).isEmpty();
            }
        }
    }
}
