package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.BadPage;
import io.pgbackup.backup.PageCheckPolicy;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages damaged behind the server's back are listed one by one, and stored as they are unless that is forbidden. */
class BadPagesServerTest {
    private static final int PAGE = 8192;
    private static final int BLOCKS_PER_SEGMENT = 131_072;

    @TempDir
    Path work;

    @Test
    void everyBadPageIsListed() throws IOException {
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            PostgresServer server = site.server();
            server.execute(
                    "CREATE TABLE good AS SELECT generate_series(1, 1000) i",
                    "CREATE TABLE bad AS SELECT i, repeat('x', 100) FROM generate_series(1, 100000) i",
                    "CHECKPOINT");
            String path = Objects.requireNonNull(server.query("SELECT pg_relation_filepath('bad')"));
            server.stop(PostgresServer.StopMode.FAST);
            Path file = server.dataDirectory().resolve(path);
            flip(file, 3L * PAGE + 5000);
            flip(file, 700L * PAGE + 8000);
            server.start();

            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                requireRefused(pg, repository);
                Path second = makeSecondSegment(file);
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                assertThat(full.badPages())
                        .extracting(BadPage::path, BadPage::block)
                        .containsExactlyInAnyOrder(
                                tuple(path, 3L), tuple(path, 700L), tuple(path + ".1", BLOCKS_PER_SEGMENT + 1L));
                assertThat(full.badPages()).allMatch(page -> !page.reason().isBlank());
                assertThat(full.backup().badPages()).isEqualTo(3);
                assertThat(full.warnings())
                        .anyMatch(warning -> warning.message().contains("3 pages"));
                assertThat(pg.info().toTable()).contains("bad pages: 3");
                requireInManifest(pg, repository, full, path);
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(incremental.badPages()).hasSameElementsAs(full.badPages());
                requireStoredAsTheyAre(site, pg, incremental, List.of(file, second));
            }
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(position);
            int value = access.read();
            access.seek(position);
            access.write(value ^ 0x55);
        }
    }

    /** The first segment grows with a hole to its full length, so that there can be a second one: a page of zeros and a bad one. */
    private static Path makeSecondSegment(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength((long) BLOCKS_PER_SEGMENT * PAGE);
        }
        Path second = file.resolveSibling(file.getFileName() + ".1");
        byte[] pages = new byte[2 * PAGE];
        java.util.Arrays.fill(pages, PAGE, 2 * PAGE, (byte) 'z');
        Files.write(second, pages);
        Files.setOwner(second, Files.getOwner(file));
        return second;
    }

    private static void requireRefused(PgBackup pg, Repository repository) {
        assertThatThrownBy(() -> pg.backup(
                        BackupRequest.full().badPages(PageCheckPolicy.FAIL).to(repository)))
                .isInstanceOfSatisfying(PgBackupException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.DAMAGED_PAGES);
                    assertThat(failure.getMessage()).contains("2 pages", "block");
                    assertThat(failure.hint()).isNotBlank();
                });
        assertThat(pg.info().backups()).isEmpty();
        assertThat(pg.info().unsettled()).isEmpty();
    }

    private static void requireInManifest(PgBackup pg, Repository repository, BackupResult full, String path) {
        ByteArrayOutputStream root = new ByteArrayOutputStream();
        pg.browse(repository)
                .read(io.pgbackup.storage.ObjectKey.of("main/data/" + full.label() + "/manifest/root"), root);
        assertThat(root.toString(StandardCharsets.UTF_8))
                .contains("\"" + path + "\"", "\"" + path + ".1\"", Long.toString(BLOCKS_PER_SEGMENT + 1L));
    }

    private static byte[] begin(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(1000 * PAGE);
        }
    }

    private static void requireStoredAsTheyAre(Site site, PgBackup pg, BackupResult backup, List<Path> files)
            throws IOException {
        Path target = site.fresh("target");
        pg.restore(Site.restoreInto(target).backup(backup.label()));
        for (Path file : files) {
            Path restored = target.resolve(
                    site.server().dataDirectory().relativize(file).toString());
            assertThat(Files.size(restored)).isEqualTo(Files.size(file));
            assertThat(begin(restored)).isEqualTo(begin(file));
        }
        try (PostgresServer server = PostgresServer.startOn(site.server().version(), target)) {
            assertThat(server.query("SELECT count(*) FROM good")).isEqualTo("1000");
        }
    }
}
