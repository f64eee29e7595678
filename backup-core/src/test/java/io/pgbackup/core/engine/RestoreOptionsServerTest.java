package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.ServerUser;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a restore can be asked for, proved by servers that run on the result. */
class RestoreOptionsServerTest {

    @TempDir
    Path work;

    private static void refused(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).as("%s", failure).isEqualTo(code));
    }

    /** The restored server runs, its data change; then it is turned back to an older backup, and on to the newer one as a standby. */
    @Test
    void aServerIsTurnedBackAndSeededAgain() throws Exception {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            PostgresServer source = site.server();
            source.execute(
                    "CREATE TABLE t AS SELECT i, repeat(md5(i::text), 20) v FROM generate_series(1, 40000) i",
                    "VACUUM FREEZE t");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupLabel old = pg.backup(BackupRequest.full().to(repository)).label();
                source.execute("UPDATE t SET v = 'new' WHERE i % 4000 = 0", "CREATE TABLE later AS SELECT 1 AS one");
                BackupLabel later =
                        pg.backup(BackupRequest.incremental().to(repository)).label();
                Path place = site.fresh("place");
                RestoreRequest request = Site.restoreInto(place).from(repository);
                pg.restore(request.backup(later));
                try (PostgresServer used = PostgresServer.startOn(PostgresVersion.V17, place)) {
                    used.execute("DELETE FROM t WHERE i < 2000", "CREATE TABLE own AS SELECT 2", "VACUUM FULL later");
                    refused(
                            ErrorCode.TARGET_UNUSABLE,
                            () -> pg.planRestore(
                                    request.backup(old).replacingExisting().ignoringPidFile()));
                    used.stop(PostgresServer.StopMode.IMMEDIATE);
                }
                turnBack(pg, request.backup(old).replacingExisting(), place);
                seedAgain(pg, site, request.backup(later).replacingExisting(), place);
            }
        }
    }

    private static void turnBack(PgBackup pg, RestoreRequest request, Path place) throws IOException {
        // As if the server was killed: whether it runs elsewhere only the caller can know.
        Files.writeString(place.resolve("postmaster.pid"), "4194304\n" + place + "\n");
        refused(ErrorCode.TARGET_UNUSABLE, () -> pg.restore(request));
        RestorePlan plan = pg.planRestore(request.ignoringPidFile());
        RestoreResult result = pg.restore(request.ignoringPidFile());
        assertThat(plan.changes().existing()).isTrue();
        assertThat(plan.changes().pathsToRemove()).isPositive();
        assertThat(result.bytesReused()).isGreaterThan(result.bytesWritten());
        assertThat(result.bytesRead()).isLessThan(plan.bytesToWrite() / 10);
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, place)) {
            assertThat(restored.query("SELECT count(*) FROM t WHERE length(v) = 640"))
                    .isEqualTo("40000");
            assertThat(restored.query("SELECT count(*) FROM pg_class WHERE relname IN ('own', 'later')"))
                    .isEqualTo("0");
            restored.stop(PostgresServer.StopMode.FAST);
        }
    }

    private static void seedAgain(PgBackup pg, Site site, RestoreRequest request, Path place) throws Exception {
        site.server().execute("INSERT INTO later VALUES (2)");
        pg.restore(request.standbyOf(
                "host=127.0.0.1 port=" + site.server().port() + " user=postgres application_name=seeded"));
        try (PostgresServer standby =
                PostgresServer.of(PostgresVersion.V17).stayingInRecovery().startOn(place)) {
            site.server().execute("INSERT INTO later VALUES (3)");
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(
                            () -> assertThat(standby.query("SELECT string_agg(one::text, ',' ORDER BY one) FROM later"))
                                    .isEqualTo("1,2,3"));
            assertThat(standby.query("SELECT pg_is_in_recovery()")).isEqualTo("t");
            assertThat(standby.query("SELECT count(*) FROM t WHERE v = 'new'")).isEqualTo("10");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = PostgresVersion.class,
            names = {"V13", "V17"})
    void tablespacesAndTheLogGoElsewhere(PostgresVersion version) throws IOException {
        try (Site site = Site.start(version, work)) {
            PostgresServer source = site.server();
            source.execute(
                    "CREATE TABLESPACE fast LOCATION '" + site.serverDirectory("fast") + "'",
                    "CREATE TABLESPACE \"more space\" LOCATION '" + site.serverDirectory("slow") + "'",
                    "CREATE TABLE quick TABLESPACE fast AS SELECT generate_series(1, 1000) i",
                    "CREATE TABLE slow TABLESPACE \"more space\" AS SELECT generate_series(1, 2000) i");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                Path all = site.serverDirectory("tablespaces");
                Path fast = site.serverDirectory("other");
                Path log = site.serverDirectory("log");
                Path place = site.fresh("place");
                RestoreRequest request = Site.restoreInto(place)
                        .tablespace("fast", fast)
                        .tablespacesBelow(all)
                        .linked("pg_wal", log);
                RestoreResult result = pg.restore(request);
                assertThat(result.plan().tablespaces().values()).contains(fast.toRealPath());
                ServerUser.choose().own(all);
                ServerUser.choose().own(fast);
                ServerUser.choose().own(log);
                requireMoved(version, place, log);
                // Once more over the same places, now that a server has worked there.
                pg.restore(request.replacingExisting());
                ServerUser.choose().own(all);
                ServerUser.choose().own(fast);
                ServerUser.choose().own(log);
                requireMoved(version, place, log);
                refused(
                        ErrorCode.TARGET_UNUSABLE,
                        () -> pg.planRestore(Site.restoreInto(site.fresh("place"))
                                .tablespacesBelow(all)
                                .tablespace("fast", fast)));
            }
        }
    }

    private static void requireMoved(PostgresVersion version, Path place, Path log) {
        assertThat(place.resolve("pg_wal")).isSymbolicLink();
        assertThat(log.resolve("archive_status")).isDirectory();
        try (PostgresServer restored = PostgresServer.startOn(version, place)) {
            assertThat(restored.query("SELECT count(*) FROM quick")).isEqualTo("1000");
            assertThat(restored.query("SELECT count(*) FROM slow")).isEqualTo("2000");
            restored.execute("INSERT INTO slow SELECT generate_series(1, 10)");
            restored.stop(PostgresServer.StopMode.FAST);
        }
    }

    @Test
    void onlyTheChosenDatabasesHaveContent() throws Exception {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            PostgresServer source = site.server();
            source.execute(
                    "CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'",
                    "CREATE DATABASE wanted",
                    "CREATE DATABASE unwanted",
                    "CREATE DATABASE remote TABLESPACE far");
            for (String database : List.of("wanted", "unwanted", "remote")) {
                source.executeIn(
                        database, "CREATE TABLE t AS SELECT i, repeat('x', 500) v FROM generate_series(1, 20000) i");
            }
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                try (DatabaseLoad load = DatabaseLoad.on(source, List.of("wanted", "unwanted", "remote"))) {
                    pg.backup(BackupRequest.full().to(repository));
                    load.requireBusy();
                }
                refused(
                        ErrorCode.INVALID_REQUEST,
                        () -> pg.planRestore(
                                Site.restoreInto(site.fresh("place")).onlyDatabases("unknown")));
                Path place = site.fresh("place");
                RestoreResult result = pg.restore(Site.restoreInto(place)
                        .tablespacesBelow(site.serverDirectory("tablespaces"))
                        .onlyDatabases("wanted"));
                assertThat(result.bytesWritten()).isLessThan(result.plan().bytesToWrite() * 2 / 3);
                ServerUser.choose()
                        .own(result.plan().tablespaces().values().iterator().next());
                requireOnlyWanted(place);
            }
        }
    }

    private static void requireOnlyWanted(Path place) {
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, place)) {
            assertThat(restored.queryRows("wanted", "SELECT count(*) > 19999 FROM t"))
                    .isEqualTo(List.of(List.of("t")));
            assertThatThrownBy(() -> restored.executeIn("unwanted", "SELECT 1")).hasMessageContaining("refused");
            assertThat(restored.query("SELECT 1")).as("the server has survived").isEqualTo("1");
            restored.execute("DROP DATABASE unwanted", "DROP DATABASE remote", "DROP TABLESPACE far", "CHECKPOINT");
            restored.execute("ALTER SYSTEM RESET autovacuum", "SELECT pg_reload_conf()", "VACUUM");
            restored.executeIn("wanted", "VACUUM ANALYZE t");
        }
    }

    /** Stock pg_verifybackup of every major that the distribution installed; where there is none nothing can be proved. */
    @ParameterizedTest
    @EnumSource(PostgresVersion.class)
    void theServersOwnToolProvesTheDirectory(PostgresVersion version) throws Exception {
        Path programs = installed(version);
        assumeTrue(Files.isExecutable(programs.resolve("pg_verifybackup")), "pg_verifybackup is not installed");
        try (Site site = Site.start(version, work)) {
            PostgresServer source = site.server();
            source.execute(
                    "CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'",
                    "CREATE TABLE t TABLESPACE far AS SELECT i, repeat('x', 100) v FROM generate_series(1, 30000) i",
                    "CREATE DATABASE other");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                source.execute("UPDATE t SET v = 'y' WHERE i % 1000 = 0", "CREATE TABLE more AS SELECT 1");
                pg.backup(BackupRequest.incremental().to(repository));
                Path place = site.fresh("place");
                RestoreRequest request = Site.restoreInto(place)
                        .tablespacesBelow(site.fresh("tablespaces"))
                        .serverPrograms(programs)
                        .withServerManifest();
                pg.restore(request);
                assertThat(verified(programs, place)).contains("backup successfully verified");
                pg.restore(request.replacingExisting().onlyDatabases("postgres"));
                assertThat(verified(programs, place)).contains("backup successfully verified");
                Path damaged = place.resolve("global/1262");
                byte[] content = Files.readAllBytes(damaged);
                content[100] ^= 1;
                Files.write(damaged, content);
                assertThat(verified(programs, place)).contains("checksum mismatch for file \"global/1262\"");
            }
        }
    }

    private static Path installed(PostgresVersion version) {
        return Path.of("/usr/lib/postgresql/" + version.major() + "/bin");
    }

    private static String verified(Path programs, Path place) throws Exception {
        Process process = new ProcessBuilder(programs.resolve("pg_verifybackup").toString(), place.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void thePlanNamesWhatWouldStopRecovery() {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            // Lower values in the file than those the server was started with.
            site.server().execute("ALTER SYSTEM SET max_connections = 10", "ALTER SYSTEM SET max_wal_senders = 3");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                RestoreRequest request = Site.restoreInto(site.fresh("place"));
                assertThat(pg.planRestore(request).warnings())
                        .extracting(warning -> warning.subject() + ": " + warning.message())
                        .anyMatch(text -> text.contains("max_connections is 10, the source ran with 30"))
                        .anyMatch(text -> text.contains("max_wal_senders is 3, the source ran with 10"))
                        .hasSize(2);
                Path older = installed(PostgresVersion.V15);
                if (Files.isExecutable(older.resolve("postgres"))) {
                    refused(ErrorCode.TARGET_UNUSABLE, () -> pg.planRestore(request.serverPrograms(older)));
                }
                refused(ErrorCode.TARGET_UNUSABLE, () -> pg.planRestore(request.serverPrograms(work)));
            }
        }
    }
}
