package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;

/** A process that lives in another place than most, and does there all that has to do with times, numbers and names. */
final class PlacedProcess {
    private final Site site;
    private final PostgresServer server;
    private final Repository repository;
    private int last;

    private PlacedProcess(Site site) {
        this.site = site;
        this.server = site.server();
        this.repository = site.repository();
    }

    /**
     * Runs.
     *
     * @param arguments version, language, zone of the server, directory, and perhaps a locale of the system
     */
    public static void main(String[] arguments) throws IOException {
        Locale.setDefault(Locale.forLanguageTag(arguments[1]));
        try (Site site = Site.start(PostgresVersion.valueOf(arguments[0]), Path.of(arguments[3]), builder -> {
            builder.setting("archive_mode", "on")
                    .setting("timezone", arguments[2])
                    .setting("log_timezone", "Australia/Lord_Howe")
                    .setting("datestyle", "sql, dmy");
            for (int at = 4; at < arguments.length; at++) {
                builder.setting("lc_messages", arguments[at])
                        .setting("lc_time", arguments[at])
                        .setting("lc_numeric", arguments[at])
                        .setting("lc_monetary", arguments[at]);
            }
            return builder;
        })) {
            new PlacedProcess(site).prove();
        }
        Locale here = Locale.getDefault(Locale.Category.FORMAT);
        System.out.println("exact in " + arguments[1] + ": "
                + String.format(here, "%d, %tY", 2026, java.util.Calendar.getInstance()));
    }

    private void prove() throws IOException {
        server.execute("CREATE TABLE ledger (n int)");
        try (PgBackup pg = site.initialized(repository);
                WalService service = pg.wal().serve(server.socketDirectory().resolve("commands"))) {
            Path script = server.socketDirectory().resolve("archive");
            String command = service.writeArchiveCommand(script);
            requireAscii(Files.readString(script));
            service.writeRestoreCommand(script.resolveSibling("restore"));
            requireAscii(Files.readString(script.resolveSibling("restore")));
            server.execute(
                    "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'",
                    "SELECT pg_reload_conf()");
            write(3);
            BackupResult full = pg.backup(BackupRequest.full().to(repository));
            write(4);
            Instant first = moment();
            write(2);
            BackupResult second = pg.backup(BackupRequest.incremental().to(repository));
            write(5);
            Instant later = moment();
            write(1);
            archiveAll(pg);
            requireTimeOf(full);
            requireTimeOf(second);
            requireExactly(pg, first, 7, full.label());
            requireExactly(pg, later, 14, second.label());
            assertThat(pg.check().items())
                    .filteredOn(item -> !item.passed())
                    .extracting(CheckReport.Item::message)
                    .isEmpty();
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            assertThat(pg.planExpire(repository, Retention.keepRecoveryWindow(Duration.ofDays(1)))
                            .backupsToDelete())
                    .isEmpty();
            assertThat(pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1))
                                    .deletingAtOnce())
                            .deleted())
                    .isEmpty();
            requireAscii(pg.info(repository).toJson());
        }
        assertThat(Tree.of(Site.place(repository)).keySet()).isNotEmpty().allSatisfy(PlacedProcess::requireAscii);
    }

    private void write(int transactions) {
        for (int n = 0; n < transactions; n++) {
            server.execute("INSERT INTO ledger VALUES (" + Integer.toString(++last) + ")");
        }
    }

    /** By the clock that the server uses too; nothing is committed in its microsecond. */
    private static Instant moment() {
        Instant now = Instant.now();
        await().until(() -> Instant.now().isAfter(now.plusMillis(2)));
        return now.plus(1, ChronoUnit.MILLIS);
    }

    private void archiveAll(PgBackup pg) {
        String segment = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute("SELECT txid_current()", "SELECT pg_switch_wal()", "SELECT txid_current()");
        await().atMost(Duration.ofSeconds(60)).until(() -> pg.wal().fetch(segment, site.fresh("probe")));
    }

    /** A label is a Gregorian date of ten Latin digits and a clock's six, in UTC. */
    private static void requireTimeOf(BackupResult backup) {
        String name = backup.label().toString();
        assertThat(name).matches("[0-9]{8}-[0-9]{6}F(_[0-9]{8}-[0-9]{6}I)?");
        String own = name.substring(name.length() - 16, name.length() - 1);
        Instant said = LocalDateTime.of(
                        number(own, 0, 4),
                        number(own, 4, 6),
                        number(own, 6, 8),
                        number(own, 9, 11),
                        number(own, 11, 13),
                        number(own, 13, 15))
                .toInstant(ZoneOffset.UTC);
        Instant now = Instant.now();
        assertThat(said).isBetween(now.minusSeconds(300), now.plusSeconds(10));
        assertThat(backup.backup().stopped()).isBetween(now.minusSeconds(300), now);
    }

    private static int number(String text, int begin, int end) {
        return Integer.parseInt(text.substring(begin, end));
    }

    private void requireExactly(PgBackup pg, Instant time, int expected, BackupLabel from) throws IOException {
        RestoreRequest request = RestoreRequest.into(site.fresh("restored"))
                .recoverTo(RecoveryTarget.time(time))
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE);
        assertThat(pg.planRestore(request).label()).isEqualTo(from);
        pg.restore(request);
        requireAscii(Files.readString(request.directory().resolve("postgresql.auto.conf"), StandardCharsets.UTF_8));
        requireAscii(Files.readString(request.directory().resolve("backup_label"), StandardCharsets.UTF_8));
        try (PostgresServer restored = PostgresServer.startOn(server.version(), request.directory())) {
            assertThat(restored.query("SELECT count(*) || ' ' || max(n) FROM ledger"))
                    .as(restored.logTail())
                    .isEqualTo(Integer.toString(expected) + " " + Integer.toString(expected));
        }
    }

    private static void requireAscii(String text) {
        assertThat(text.chars().filter(character -> character > 126).count())
                .as(text)
                .isZero();
    }
}
