package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.VariedLoad;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log says what to read: what was not changed is not even opened, and what is restored is what the server has. */
class ChangesByLogServerTest {
    private static final String TABLES = "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND relpersistence = 'p'"
            + " AND nspname = 'public' ORDER BY 1";

    @TempDir
    Path work;

    private Site site(PostgresVersion version, String keep) {
        return Site.start(
                version,
                work,
                builder -> builder.walSegmentSize(1)
                        .setting("wal_keep_size", keep)
                        .setting("max_prepared_transactions", "5"));
    }

    /** All that the server still has of its log goes into the archive. */
    static void archiveAll(Site site, PgBackup pg) {
        String current =
                Objects.requireNonNull(site.server().query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        site.server().execute("SELECT pg_switch_wal()");
        for (List<String> row : site.server()
                .queryRows("postgres", "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' ORDER BY 1")) {
            if (row.get(0).compareTo(current) <= 0) {
                pg.wal().push(site.server().dataDirectory().resolve("pg_wal").resolve(row.get(0)));
            }
        }
    }

    /** The contents of every table of every database. */
    private static TreeMap<String, String> contents(PostgresServer server) {
        TreeMap<String, String> contents = new TreeMap<>();
        for (List<String> database :
                server.queryRows("postgres", "SELECT datname FROM pg_database WHERE datallowconn")) {
            for (List<String> table : server.queryRows(database.get(0), TABLES)) {
                String sum = "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM "
                        + table.get(0) + " t";
                contents.put(
                        database.get(0) + " " + table.get(0),
                        String.valueOf(
                                server.queryRows(database.get(0), sum).get(0).get(0)));
            }
        }
        return contents;
    }

    private void requireAsTheServer(Site site, PgBackup pg, Repository repository, BackupResult taken) {
        site.server().execute("CHECKPOINT");
        TreeMap<String, String> expected = contents(site.server());
        Path target = site.fresh("restored");
        pg.restore(Site.restoreInto(target)
                .from(repository)
                .backup(taken.label())
                .tablespace("space", site.fresh("space")));
        LiveFiles.requireSame(
                site.server().dataDirectory(), target, taken.backup().wal().start());
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
            assertThat(contents(restored)).isEqualTo(expected);
            restored.execute("CREATE EXTENSION pg_visibility");
            assertThat(
                            restored.query(
                                    "SELECT count(*) FROM pg_class c, pg_check_visible(c.oid) WHERE relkind IN ('r', 't', 'm')"))
                    .as("maps of visibility that promise too much")
                    .isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatTheLogNamesIsRead(PostgresVersion version) {
        try (Site site = site(version, "2GB")) {
            VariedLoad load = new VariedLoad(site.server());
            load.prepare();
            site.server()
                    .execute(
                            "CREATE TABLE untouched AS SELECT g AS a, repeat('u', 500) AS b FROM generate_series(1, 20000) g",
                            "VACUUM FREEZE");
            load.round();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                load.round();
                BackupResult first = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(first.detection()).startsWith("WAL").contains("from pg_wal");
                requireAsTheServer(site, pg, repository, first);
                load.round();
                BackupResult second = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(second.detection()).startsWith("WAL");
                assertThat(second.backup().sizes().read())
                        .isLessThan(full.backup().sizes().read() * 2 / 3);
                requireAsTheServer(site, pg, repository, second);
                BackupResult idle = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(idle.detection()).startsWith("WAL");
                assertThat(idle.backup().sizes().read())
                        .isLessThan(full.backup().sizes().read() / 3);
                requireAsTheServer(site, pg, repository, idle);
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            }
        }
    }

    /** The server has long removed what its archive tells. */
    @ParameterizedTest
    @EnumSource(names = {"V13", "V16", "V18"})
    void summariesTellWhatTheServerNoLongerHas(PostgresVersion version) {
        try (Site site = site(version, "0")) {
            VariedLoad load = new VariedLoad(site.server());
            load.prepare();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                for (int round = 0; round < 2; round++) {
                    site.server().execute("SELECT pg_create_physical_replication_slot('archiver', true)");
                    load.round();
                    archiveAll(site, pg);
                    site.server().execute("SELECT pg_drop_replication_slot('archiver')", "CHECKPOINT");
                }
                archiveAll(site, pg);
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(incremental.detection()).startsWith("WAL").doesNotContain(" 0 segments from summaries");
                requireAsTheServer(site, pg, repository, incremental);
            }
        }
    }

    @Test
    void aMissingSummaryIsNoHarm() {
        try (Site site = site(PostgresVersion.newest(), "0")) {
            VariedLoad load = new VariedLoad(site.server());
            load.prepare();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                site.server().execute("SELECT pg_create_physical_replication_slot('archiver', true)");
                load.round();
                archiveAll(site, pg);
                site.server().execute("SELECT pg_drop_replication_slot('archiver')", "CHECKPOINT");
                archiveAll(site, pg);
                Tree.delete(Site.place(repository).resolve("main/summary"));
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(incremental.detection())
                        .startsWith("page fingerprints")
                        .contains("there is no summary of it");
                requireAsTheServer(site, pg, repository, incremental);
            }
        }
    }

    /** Archived by somebody else, and gone from the server: the server of version 17 has summarised it, and remembers the base. */
    @ParameterizedTest
    @EnumSource(names = {"V17", "V18"})
    void theServersOwnSummariesTellWhatNobodyElseHas(PostgresVersion version) {
        try (Site site = Site.start(
                version,
                work,
                builder -> builder.walSegmentSize(1)
                        .setting("wal_keep_size", "0")
                        .setting("max_prepared_transactions", "5")
                        .setting("archive_mode", "on")
                        .setting("archive_command", "true")
                        .setting("summarize_wal", "on"))) {
            VariedLoad load = new VariedLoad(site.server());
            load.prepare();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                load.round();
                site.server().execute("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
                load.round();
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(incremental.detection()).startsWith("WAL").contains("the server's own summaries");
                requireAsTheServer(site, pg, repository, incremental);
                load.round();
                site.server().execute("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
                forget(site.server());
                BackupResult unproved = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(unproved.detection()).startsWith("page fingerprints").contains("no longer has it");
                requireAsTheServer(site, pg, repository, unproved);
            }
        }
    }

    /** Another backup, by whomever, and the server remembers only that. */
    private static void forget(PostgresServer server) {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('somebody else', true)");
            statement.execute("SELECT pg_backup_stop(false)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
