package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.testkit.Verb;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup that was interrupted, of a server that went on working, is resumed: what is stored already is not stored again, and what is restored is right. */
class ResumeServerTest {
    @TempDir
    static Path work;

    @Test
    void anInterruptedBackupOfABusyServerIsResumed() {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            PostgresServer server = site.server();
            server.execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
            LedgerLoad.prepare(server);
            server.execute(
                    "CREATE EXTENSION amcheck",
                    "CREATE TABLE bulk AS SELECT i, md5(random()::text) a, md5(random()::text) b, md5(random()::text) c"
                            + " FROM generate_series(1, 250000) i");
            Path place = site.fresh("place");
            Repository repository = Site.encrypted(place, "sound");
            try (PgBackup pg = site.initialized(repository);
                    LedgerLoad load = new LedgerLoad(server).start()) {
                interrupt(site, place, "**/bundle/0/2");
                interrupt(site, place, "**/manifest/root");
                BackupLabel interrupted = newestAttempt(pg, repository);
                BackupResult resumed = pg.backup(BackupRequest.full().to(repository));
                assertThat(resumed.adopted().labels()).endsWith(interrupted);
                assertThat(resumed.backup().references())
                        .isEqualTo(resumed.adopted().labels());
                assertThat(resumed.backup().base()).isEmpty();
                long stored = resumed.backup().sizes().stored();
                assertThat(stored)
                        .as(
                                "stored again, with %s taken over",
                                resumed.adopted().bytes())
                        .isLessThan((stored + resumed.adopted().bytes()) / 2);
                assertThat(resumed.detection()).contains("interrupted " + interrupted);
                server.execute("UPDATE bulk SET i = -i WHERE i % 1000 = 0");
                BackupResult upon = pg.backup(BackupRequest.incremental().to(repository));
                load.close();
                assertThat(upon.backup().base()).contains(resumed.label());
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                assertThat(pg.info(repository).toTable()).contains("resumed: ");
                restoreAndCompare(site, pg, repository, resumed, load);
                restoreAndCompare(site, pg, repository, upon, load);
            }
        }
    }

    private static void interrupt(Site site, Path place, String object) {
        Repository faulty = Repository.at("faulty://" + place)
                .with(Faults.planned(
                        storage -> storage.on(Verb.CREATE).matching(object).denied()))
                .encryptedWith(Site.key(Site.KEY))
                .named("faulty")
                .build();
        try (PgBackup pg = site.initialized(faulty)) {
            PgBackupException failure = catchThrowableOfType(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(faulty)));
            assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
        }
    }

    private static BackupLabel newestAttempt(PgBackup pg, Repository repository) {
        List<JobRecord> jobs = pg.jobs(repository, YearMonth.now(ZoneOffset.UTC)).stream()
                .filter(job -> job.kind() == OperationKind.BACKUP)
                .toList();
        assertThat(jobs).hasSize(2).allMatch(job -> job.errorCode().isPresent());
        return jobs.stream()
                .map(job -> BackupLabel.parse(Objects.requireNonNull(job.facts().get("label"))))
                .max(BackupLabel::compareTo)
                .orElseThrow();
    }

    private static void restoreAndCompare(
            Site site, PgBackup pg, Repository repository, BackupResult backup, LedgerLoad load) {
        Path target = site.fresh("restored");
        pg.restore(
                Site.restoreInto(target).from(repository).backup(backup.label()).tablespace("far", site.fresh("far")));
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
            RestoredBooks books = new RestoredBooks(restored);
            books.requireExactly(backup.backup().wal().stop(), load.acknowledged());
            books.requireUnloggedReset();
            books.same("250000", "SELECT count(*) FROM bulk");
            books.requireSound();
        }
    }
}
