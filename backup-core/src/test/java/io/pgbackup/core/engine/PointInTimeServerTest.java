package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RecoveryTimeline;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server is restored to chosen points of a ledger in which every transaction wrote its number: exactly the right ones are there. */
class PointInTimeServerTest {
    @TempDir
    Path work;

    /** A moment of the ledger, named in every way that PostgreSQL knows. */
    private record Moment(long last, Instant time, Lsn position, long transaction) {}

    /** A server that archives, its ledger, and what is done with them. */
    private final class Archiving implements AutoCloseable {
        private final Site site;
        private final PostgresServer server;
        private final Repository repository;
        private final PgBackup pg;
        private final WalService service;
        private final List<Moment> moments = new ArrayList<>();

        Archiving(PostgresVersion version) {
            site = Site.start(version, work, builder -> builder.setting("archive_mode", "on"));
            server = site.server();
            repository = site.repository();
            pg = site.initialized(repository);
            service = pg.wal().serve(server.socketDirectory().resolve("commands"));
            String command =
                    service.writeArchiveCommand(server.socketDirectory().resolve("archive"));
            server.execute(
                    "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                    "SELECT pg_reload_conf()",
                    "CREATE TABLE ledger (n bigint PRIMARY KEY)");
        }

        /** Transactions until a moment, and something after it, so that it can be told from the end. */
        void write(int transactions) {
            long first = moments.isEmpty() ? 1 : moments.get(moments.size() - 1).last() + 2;
            for (long n = first; n < first + transactions - 1; n++) {
                server.execute("INSERT INTO ledger VALUES (" + n + ")");
            }
            long last = first + transactions - 1;
            long transaction =
                    Long.parseLong(Objects.requireNonNull(server.query("WITH done AS (INSERT INTO ledger VALUES ("
                            + last + ") RETURNING n) SELECT txid_current() FROM done")));
            // The position behind the commit: the record that begins there is the first of the next transaction.
            Lsn position = Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_insert_lsn()")));
            Instant time = Instant.now();
            await().until(() -> Instant.now().isAfter(time.plusMillis(2)));
            server.execute(
                    "SELECT pg_create_restore_point('after " + last + "')",
                    "INSERT INTO ledger VALUES (" + (last + 1) + ")");
            moments.add(new Moment(last, time, position, transaction));
        }

        void archiveAll() {
            String segment =
                    Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
            server.execute(
                    "INSERT INTO ledger VALUES (-1)", "DELETE FROM ledger WHERE n = -1", "SELECT pg_switch_wal()");
            await().atMost(Duration.ofSeconds(30)).until(() -> pg.wal().fetch(segment, work.resolve("probe")));
        }

        PostgresServer restored(RestoreRequest request) {
            pg.restore(request);
            return PostgresServer.startOn(server.version(), request.directory());
        }

        @Override
        public void close() {
            service.close();
            pg.close();
            site.close();
        }
    }

    private static RestoreRequest to(Path target, RecoveryTarget where) {
        return RestoreRequest.into(target)
                .recoverTo(where)
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE);
    }

    private static void requireLedger(PostgresServer restored, long last) {
        assertThat(restored.query("SELECT count(*) || '|' || min(n) || '|' || max(n) FROM ledger WHERE n > 0"))
                .as(restored.logTail())
                .isEqualTo(last + "|1|" + last);
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfTargetEndsExactlyWhereItShould(PostgresVersion version) {
        try (Archiving source = new Archiving(version)) {
            source.write(3);
            source.pg.backup(BackupRequest.full().to(source.repository));
            source.write(5);
            source.server.execute("SELECT pg_switch_wal()");
            source.write(4);
            source.write(2);
            source.archiveAll();
            Moment moment = source.moments.get(2);
            List<RecoveryTarget> targets = List.of(
                    RecoveryTarget.time(moment.time()),
                    RecoveryTarget.lsn(moment.position()).exclusive(),
                    RecoveryTarget.transaction(moment.transaction()),
                    RecoveryTarget.restorePoint("after " + moment.last()));
            for (RecoveryTarget target : targets) {
                try (PostgresServer restored = source.restored(to(source.site.fresh("restored"), target))) {
                    requireLedger(restored, moment.last());
                }
            }
            RecoveryTarget without =
                    RecoveryTarget.transaction(moment.transaction()).exclusive();
            try (PostgresServer restored = source.restored(to(source.site.fresh("restored"), without))) {
                requireLedger(restored, moment.last() - 1);
            }
            try (PostgresServer restored =
                    source.restored(to(source.site.fresh("restored"), RecoveryTarget.latest()))) {
                requireLedger(restored, source.moments.get(3).last() + 1);
            }
        }
    }

    @Test
    void theNewestBackupThatLeadsToTheTargetIsTakenAndWhatCannotBeReachedIsRefusedBeforeAByteIsWritten() {
        try (Archiving source = new Archiving(PostgresVersion.V17)) {
            source.write(2);
            var first = source.pg.backup(BackupRequest.full().to(source.repository));
            source.write(3);
            var second = source.pg.backup(BackupRequest.incremental().to(source.repository));
            source.write(2);
            source.archiveAll();
            Path target = source.site.fresh("restored");

            Moment between = source.moments.get(1);
            assertThat(source.pg
                            .planRestore(to(target, RecoveryTarget.time(between.time())))
                            .label())
                    .isEqualTo(first.label());
            assertThat(source.pg
                            .planRestore(to(target, RecoveryTarget.lsn(between.position())))
                            .label())
                    .isEqualTo(first.label());
            assertThat(source.pg
                            .planRestore(to(target, RecoveryTarget.latest()))
                            .label())
                    .isEqualTo(second.label());

            unreachable(
                    source,
                    to(target, RecoveryTarget.time(first.backup().stopped().minusSeconds(1))));
            unreachable(source, to(target, RecoveryTarget.lsn(new Lsn(1))));
            unreachable(source, to(target, RecoveryTarget.time(Instant.now().plusSeconds(3600))));
            unreachable(source, to(target, RecoveryTarget.transaction(4_000_000_000L)));
            unreachable(source, to(target, RecoveryTarget.restorePoint("nobody made this")));
            assertThat(source.pg
                            .planRestore(to(target, RecoveryTarget.transaction(between.transaction())))
                            .label())
                    .as("committed before the second backup ended")
                    .isEqualTo(first.label());
            assertThat(source.pg
                            .planRestore(to(
                                    target,
                                    RecoveryTarget.restorePoint(
                                            "after " + source.moments.get(2).last())))
                            .label())
                    .isEqualTo(second.label());
            unreachable(source, to(target, RecoveryTarget.lsn(Lsn.parse("FF/0"))));
            unreachable(source, to(target, RecoveryTarget.latest()).timeline(RecoveryTimeline.number(7)));
            refused(
                    ErrorCode.INVALID_REQUEST,
                    source,
                    RestoreRequest.into(target)
                            .recoverTo(RecoveryTarget.latest())
                            .walFrom(WalDelivery.fromBackup()));
            assertThat(target).doesNotExist();

            List<RecoveryWindow> windows = source.pg.wal().windows(source.repository);
            assertThat(windows).extracting(RecoveryWindow::backup).containsExactly(first.label(), second.label());
            assertThat(windows).allSatisfy(window -> assertThat(window.latest()).isGreaterThan(window.earliest()));
        }
    }

    private static void unreachable(Archiving source, RestoreRequest request) {
        refused(ErrorCode.TARGET_UNREACHABLE, source, request);
    }

    private static void refused(ErrorCode code, Archiving source, RestoreRequest request) {
        assertThatThrownBy(() -> source.pg.restore(request))
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    /** A log that this library cannot read is no reason to keep anybody from trying: the server may understand it. */
    @Test
    void whatCannotBeReadIsWarnedOfAndNotTakenForAnEnd() throws IOException {
        try (Archiving source = new Archiving(PostgresVersion.V17)) {
            source.write(2);
            source.pg.backup(BackupRequest.full().to(source.repository));
            for (int segment = 0; segment < 3; segment++) {
                source.server.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
            }
            source.write(2);
            source.archiveAll();
            Repository odd = source.site.repository();
            RestoreRequest request = to(
                    source.site.fresh("restored"),
                    RecoveryTarget.transaction(source.moments.get(1).transaction()));
            assertThat(source.pg.planRestore(request).warnings()).isEmpty();
            try (PgBackup both = PgBackup.of(source.site.cluster("main"))
                            .repository(source.repository)
                            .repository(odd)
                            .build();
                    PgBackup alone = source.site.initialized(odd)) {
                both.copy(CopyRequest.newest().from(source.repository).to(odd));
                List<Path> segments = archived(source);
                for (int at = 0; at < segments.size(); at++) {
                    if (at == segments.size() - 3) {
                        garble(segments.get(at));
                    }
                    alone.wal().push(segments.get(at));
                }
                RestorePlan plan = alone.planRestore(request);
                assertThat(plan.warnings())
                        .anyMatch(warning -> warning.message().contains("cannot be read on"));
                assertThat(plan.wal().files())
                        .endsWith(
                                String.valueOf(segments.get(segments.size() - 1).getFileName()));
            }
        }
    }

    /** Every archived segment as a file, in order. */
    private List<Path> archived(Archiving source) throws IOException {
        Path directory = Files.createDirectories(work.resolve("segments"));
        List<String> names;
        try (Stream<Path> objects =
                Files.list(Site.place(source.repository).resolve("main/wal/1/00000001/0000000100000000"))) {
            names = objects.map(object -> String.valueOf(object.getFileName()))
                    .filter(name -> name.length() == 24)
                    .sorted()
                    .toList();
        }
        List<Path> segments = new ArrayList<>();
        for (String name : names) {
            assertThat(source.pg.wal().fetch(name, directory.resolve(name))).isTrue();
            segments.add(directory.resolve(name));
        }
        return segments;
    }

    /** The first record of the segment has another content than its checksum says. */
    private static void garble(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[70] ^= 1;
        Files.write(segment, bytes);
    }

    @Test
    void theServerFetchesByTheWrittenCommandAndPausesToBeLookedAt() {
        try (Archiving source = new Archiving(PostgresVersion.V17)) {
            source.write(2);
            source.pg.backup(BackupRequest.full().to(source.repository));
            source.write(4);
            for (int segment = 0; segment < 6; segment++) {
                source.server.execute("SELECT pg_switch_wal()", "SELECT txid_current()");
            }
            source.write(2);
            source.archiveAll();
            Moment moment = source.moments.get(2);
            String command = source.service.writeRestoreCommand(
                    source.server.socketDirectory().resolve("it's %f"));
            RestoreRequest request = RestoreRequest.into(source.site.fresh("restored"))
                    .recoverTo(RecoveryTarget.time(moment.time().truncatedTo(ChronoUnit.MICROS)))
                    .walFrom(WalDelivery.restoreCommand(command));
            source.pg.restore(request);
            try (PostgresServer restored =
                    PostgresServer.of(PostgresVersion.V17).stayingInRecovery().startOn(request.directory())) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> "paused".equals(restored.query("SELECT pg_get_wal_replay_pause_state()")));
                requireLedger(restored, moment.last());
                assertThat(restored.query("SELECT pg_is_in_recovery()")).isEqualTo("t");
                restored.execute("SELECT pg_wal_replay_resume()");
                await().until(() -> "f".equals(restored.query("SELECT pg_is_in_recovery()")));
            }
        }
    }
}
