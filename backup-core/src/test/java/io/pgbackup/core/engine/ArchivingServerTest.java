package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real server archives through the written command, and whatever happens to the service, no segment is missing in the end. */
class ArchivingServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path work;

    private Site archiving(PostgresVersion version) {
        return Site.start(version, work, builder -> builder.setting("archive_mode", "on"));
    }

    /** A place that the server's user can reach. */
    private static Path commands(Site site) {
        return site.server().socketDirectory();
    }

    private static void archiveBy(PostgresServer server, String command) {
        server.execute(
                "ALTER SYSTEM SET archive_command = '" + command.replace("'", "''") + "'", "SELECT pg_reload_conf()");
    }

    private static String switchSegment(PostgresServer server) {
        server.execute("INSERT INTO t SELECT generate_series(1, 100)");
        String name = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute("SELECT pg_switch_wal()");
        return name;
    }

    private void awaitArchived(PgBackup pg, String name) {
        Path target = work.resolve("probe");
        await().atMost(PATIENCE).until(() -> pg.wal().fetch(name, target));
        try {
            Files.delete(target);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySegmentOfAServerIsArchivedInOrderAndWithoutGap(PostgresVersion version) {
        try (Site site = archiving(version)) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(commands(site).resolve("it's a dir"))) {
                archiveBy(server, service.writeArchiveCommand(commands(site).resolve("archive %p it's")));
                String first = switchSegment(server);
                for (int round = 0; round < 12; round++) {
                    switchSegment(server);
                }
                String last = switchSegment(server);
                awaitArchived(pg, first);
                awaitArchived(pg, last);
                // What is pushed ahead comes in parallel, and for moments not in order.
                await().atMost(PATIENCE).until(() -> pg.wal().gaps(repository).isEmpty());
                assertThat(server.query("SELECT failed_count FROM pg_stat_archiver"))
                        .as(server.logTail())
                        .isEqualTo("0");
            }
        }
    }

    @Test
    void aServiceThatIsDownMakesTheServerWaitAndNothingIsLost() {
        try (Site site = archiving(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Repository repository = site.repository();
            Path directory = commands(site).resolve("service");
            Path script = commands(site).resolve("archive");
            try (PgBackup pg = site.initialized(repository)) {
                try (WalService service = pg.wal().serve(directory)) {
                    archiveBy(server, service.writeArchiveCommand(script));
                    awaitArchived(pg, switchSegment(server));
                }
                String during = switchSegment(server);
                await().atMost(PATIENCE)
                        .until(() -> !"0".equals(server.query("SELECT failed_count FROM pg_stat_archiver")));
                assertThat(server.log()).contains("pgbackup does not answer");
                assertThat(pg.wal().fetch(during, work.resolve("x"))).isFalse();
                try (WalService again = pg.wal().serve(directory)) {
                    assertThat(again).isNotNull();
                    switchSegment(server);
                    awaitArchived(pg, during);
                    awaitArchived(pg, switchSegment(server));
                }
                assertThat(pg.wal().gaps(repository)).isEmpty();
            }
        }
    }

    @Test
    void checkProvesArchivingAndVerifyTheArchive() throws IOException {
        try (Site site = archiving(PostgresVersion.V17)) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLE t (i int)");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(commands(site).resolve("service"))) {
                archiveBy(server, service.writeArchiveCommand(commands(site).resolve("archive")));
                assertThat(pg.check().items())
                        .filteredOn(item -> item.subject().startsWith("archiving"))
                        .singleElement()
                        .satisfies(item ->
                                assertThat(item.passed()).as(item.message()).isTrue());
                pg.backup(BackupRequest.full().walFromArchive(PATIENCE).to(repository));
                String damaged = switchSegment(server);
                String lost = switchSegment(server);
                awaitArchived(pg, switchSegment(server));
                assertThat(pg.verify(repository, VerifyDepth.CONTENT).findings())
                        .isEmpty();
                assertThat(pg.info(repository).windows())
                        .singleElement()
                        .satisfies(window -> assertThat(window.latest()).isGreaterThan(window.earliest()));
                assertThat(pg.info(repository).toJson()).contains("\"windows\"");

                Path log = Site.place(repository).resolve("main/wal/1/00000001/0000000100000000");
                Files.delete(log.resolve(lost));
                byte[] bytes = Files.readAllBytes(log.resolve(damaged));
                bytes[bytes.length / 2] ^= 1;
                Files.delete(log.resolve(damaged));
                Files.write(log.resolve(damaged), bytes);
                assertThat(pg.verify(repository, VerifyDepth.CONTENT).findings())
                        .extracting(VerifyReport.Finding::code)
                        .containsExactlyInAnyOrder(ErrorCode.WAL_MISSING, ErrorCode.REPOSITORY_DAMAGED);
            }
        }
    }

    @Test
    void theSocketIsClosedToOtherUsers() throws IOException {
        try (Site site = archiving(PostgresVersion.V17)) {
            Path directory = commands(site).resolve("service");
            try (PgBackup pg = site.initialized(site.repository());
                    WalService service = pg.wal().serve(directory)) {
                Path script = commands(site).resolve("archive");
                service.writeArchiveCommand(script);
                for (Path path : List.of(directory, script)) {
                    assertThat(Files.getPosixFilePermissions(path).toString())
                            .doesNotContain("GROUP")
                            .doesNotContain("OTHERS");
                    assertThat(Files.getOwner(path))
                            .isEqualTo(Files.getOwner(site.server().dataDirectory()));
                }
                assertThat(directory.resolve("wal.sock")).exists();
            }
            assertThat(directory.resolve("wal.sock")).doesNotExist();
        }
    }
}
