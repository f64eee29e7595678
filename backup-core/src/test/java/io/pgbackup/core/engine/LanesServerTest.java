package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Compression;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.event.OperationKind;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One backup of a server under load into two repositories: both restore to what was committed at its end. */
class LanesServerTest {
    @TempDir
    Path work;

    @Test
    void bothSetsOfEachBackupAreWhatTheServerHadCommitted() {
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            site.server()
                    .execute(
                            "CREATE TABLESPACE far LOCATION '" + site.serverDirectory("tablespace") + "'",
                            "CREATE EXTENSION amcheck");
            LedgerLoad.prepare(site.server());
            Repository near = Repository.at("file://" + site.fresh("near"))
                    .encryptedWith(Site.key(Site.KEY))
                    .compression(Compression.zstd(1))
                    .named("near")
                    .build();
            Repository far = Repository.at("file://" + site.fresh("far"))
                    .unencrypted()
                    .named("far")
                    .build();
            try (PgBackup pg = PgBackup.of(site.cluster("main"))
                            .repository(near)
                            .repository(far)
                            .build();
                    LedgerLoad load = new LedgerLoad(site.server()).start()) {
                pg.initialize(near);
                pg.initialize(far);
                BackupOutcomes full = pg.backup(BackupRequest.full().toAll());
                BackupResult between = pg.backup(BackupRequest.incremental().to(near));
                BackupOutcomes both = pg.backup(BackupRequest.incremental().toEach(near, far));
                load.close();
                requireChains(full, between, both);
                requireJobs(pg, near, 3);
                requireJobs(pg, far, 2);
                for (BackupResult backup : both.results()) {
                    Repository repository = backup.backup().repository().equals("near") ? near : far;
                    Path target = site.fresh("restored");
                    pg.restore(Site.restoreInto(target)
                            .from(repository)
                            .backup(backup.label())
                            .tablespace("far", site.fresh("tablespace")));
                    try (PostgresServer restored =
                            PostgresServer.startOn(site.server().version(), target)) {
                        RestoredBooks books = new RestoredBooks(restored);
                        books.requireExactly(backup.backup().wal().stop(), load.acknowledged());
                        books.requireSound();
                    }
                }
            }
        }
    }

    private static void requireChains(BackupOutcomes full, BackupResult between, BackupOutcomes both) {
        assertThat(full.allSucceeded()).isTrue();
        assertThat(both.orThrow()).hasSize(2);
        BackupResult near = both.results().get(0);
        BackupResult far = both.results().get(1);
        assertThat(near.backup().base()).contains(between.label());
        assertThat(near.backup().references()).hasSize(2);
        assertThat(far.backup().base()).contains(full.results().get(1).label());
        assertThat(far.backup().references()).hasSize(1);
        assertThat(near.backup().wal()).isEqualTo(far.backup().wal());
        assertThat(near.backup().sizes().pages()).isEqualTo(far.backup().sizes().pages());
    }

    private static void requireJobs(PgBackup pg, Repository repository, int expected) {
        YearMonth month = YearMonth.now(ZoneOffset.UTC);
        List<JobRecord> jobs = new ArrayList<>(pg.jobs(repository, month.minusMonths(1)));
        jobs.addAll(pg.jobs(repository, month));
        assertThat(jobs)
                .filteredOn(job -> job.kind() == OperationKind.BACKUP)
                .hasSize(expected)
                .allSatisfy(job -> {
                    assertThat(job.errorCode()).isEmpty();
                    assertThat(job.facts()).containsKeys("label", "bytesStored");
                });
    }
}
