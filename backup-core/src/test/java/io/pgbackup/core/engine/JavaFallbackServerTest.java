package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.ServerUser;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.JavaFallback;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While no process serves, a real server archives and recovers through the written commands alone, as its own user. */
class JavaFallbackServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path work;

    private record Commands(String archive, String restore) {}

    @Test
    void aServerArchivesAndRecoversWithoutAService() throws IOException {
        prove(PostgresVersion.V18);
    }

    @ParameterizedTest
    @EnumSource(names = "V18", mode = EnumSource.Mode.EXCLUDE)
    @Tag("long")
    void everyServerDoes(PostgresVersion version) throws IOException {
        prove(version);
    }

    private void prove(PostgresVersion version) throws IOException {
        try (Site site =
                Site.start(version, work, builder -> builder.walSegmentSize(1).setting("archive_mode", "on"))) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                Commands commands = commands(site, pg, repository);
                server.execute("CREATE TABLE t (i int)");
                pg.backup(BackupRequest.full().to(repository));
                ServerUser.choose().own(Site.place(repository));
                server.archiveBy(commands.archive());
                Lsn target = load(server);
                assertThat(pg.wal().gaps(repository)).isEmpty();
                requireRecovers(site, pg, commands.restore(), target);
            }
        }
    }

    /** Written while there is a service; used when there is none any more. */
    private static Commands commands(Site site, PgBackup pg, Repository repository) throws IOException {
        ServerUser user = ServerUser.choose();
        Path place = site.serverDirectory("fallback");
        Path key = Files.writeString(place.resolve("key"), Site.KEY);
        Path settings = Files.writeString(
                place.resolve("settings"),
                "cluster.name = main\nrepository.1.location = file://" + Site.place(repository)
                        + "\nrepository.1.encryption-key = file:" + key + "\n");
        JavaFallback fallback = JavaFallback.configuredBy(settings)
                .classPath(PackedClassPath.copiedTo(place))
                .sharedArchive(place.resolve("classes.jsa"));
        user.own(place);
        user.own(Site.place(repository));
        Path base = site.server().socketDirectory();
        try (WalService service = pg.wal().serve(base.resolve("service"))) {
            service.createSharedArchive(fallback);
            return new Commands(
                    service.writeArchiveCommand(base.resolve("archive"), fallback),
                    service.writeRestoreCommand(base.resolve("restore"), fallback));
        }
    }

    /** Some segments, one row each; the position between the third and the fourth. */
    private static Lsn load(PostgresServer server) {
        Lsn target = new Lsn(0);
        String last = "";
        for (int row = 1; row <= 5; row++) {
            server.execute("INSERT INTO t VALUES (" + row + ")");
            if (row == 3) {
                target = Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_insert_lsn()")));
            }
            last = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
            server.execute("SELECT pg_switch_wal()");
        }
        String expected = last;
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(server.query("SELECT last_archived_wal FROM pg_stat_archiver"))
                        .as(server.logTail())
                        .isEqualTo(expected));
        assertThat(server.query("SELECT failed_count FROM pg_stat_archiver"))
                .as(server.logTail())
                .isEqualTo("0");
        return target;
    }

    private static void requireRecovers(Site site, PgBackup pg, String command, Lsn target) {
        Path directory = site.fresh("restored");
        pg.restore(RestoreRequest.into(directory)
                .recoverTo(RecoveryTarget.lsn(target))
                .walFrom(WalDelivery.restoreCommand(command))
                .whenReached(RecoveryAction.PROMOTE));
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), directory)) {
            assertThat(restored.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"))
                    .as(restored.logTail())
                    .isEqualTo("1,2,3");
            assertThat(restored.log()).contains("restored log file \"");
        }
    }
}
