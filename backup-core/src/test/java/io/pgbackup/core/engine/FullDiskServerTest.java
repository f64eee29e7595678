package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository on a small file system: where it becomes full, the operation says so and nothing that is listed is harmed. */
class FullDiskServerTest {
    @TempDir
    static Path work;

    /** A file system in memory; only root may make one. */
    private record SmallDisk(Path place) implements AutoCloseable {
        static SmallDisk mounted(Path place, int kilobytes) throws Exception {
            Files.createDirectories(place);
            Assumptions.assumeTrue(
                    run("mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "tmpfs", place.toString()),
                    "this process may not mount a file system");
            return new SmallDisk(place);
        }

        private static boolean run(String... command) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        }

        void resize(int kilobytes) throws Exception {
            assertThat(run("mount", "-o", "remount,size=" + kilobytes + "k", place.toString()))
                    .isTrue();
        }

        @Override
        public void close() throws Exception {
            assertThat(run("umount", place.toString())).isTrue();
        }
    }

    @Test
    void theDiskBecomesFullAtEveryStage() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/mount")), "there is no mount");
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            site.server().execute("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
            try (SmallDisk disk = SmallDisk.mounted(site.fresh("disk"), 512)) {
                Repository repository = Site.encrypted(disk.place().resolve("repository"), "small");
                List<BackupLabel> taken = fill(site, disk, repository);
                assertThat(taken).hasSizeGreaterThan(2);
                makeRoom(site, repository);
            }
        }
    }

    /** Gives the disk a little more room again and again, and backs up into it, until a few backups have fitted. */
    private static List<BackupLabel> fill(Site site, SmallDisk disk, Repository repository) throws Exception {
        List<BackupLabel> taken = new ArrayList<>();
        int refused = 0;
        int kilobytes = 512;
        for (int round = 0; taken.size() < 3; round++) {
            disk.resize(kilobytes);
            kilobytes += 900 + 1_000 * (round % 3);
            try (PgBackup pg = site.initialized(repository)) {
                settle(pg, repository);
                try {
                    BackupRequest.Draft draft = taken.size() == 1 ? BackupRequest.auto() : BackupRequest.full();
                    taken.add(pg.backup(draft.to(repository)).label());
                } catch (PgBackupException e) {
                    refused++;
                    assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.NO_SPACE);
                    assertThat(e.hint()).isNotBlank();
                    settle(pg, repository);
                }
                assertThat(labels(pg, repository)).isEqualTo(taken);
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            }
        }
        assertThat(refused).isGreaterThan(2);
        return taken;
    }

    /** There may be no room even for the record that says a backup was given up. */
    private static void settle(PgBackup pg, Repository repository) {
        for (BackupLabel label : pg.info(repository).unsettled()) {
            try {
                pg.breakLease(repository, label);
            } catch (PgBackupException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.NO_SPACE);
            }
        }
    }

    private static void makeRoom(Site site, Repository repository) {
        try (PgBackup pg = site.initialized(repository)) {
            settle(pg, repository);
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            assertThat(labels(pg, repository)).hasSize(1);
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
        }
    }

    private static List<BackupLabel> labels(PgBackup pg, Repository repository) {
        return pg.info(repository).backups().stream().map(BackupInfo::label).toList();
    }
}
