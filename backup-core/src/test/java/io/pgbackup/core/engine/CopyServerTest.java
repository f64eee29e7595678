package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Cluster;
import io.pgbackup.Compression;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.event.OperationKind;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain under load is copied and combined, the repository it was taken into is lost, and everything restores from the other one. */
class CopyServerTest {
    @TempDir
    Path work;

    @Test
    void everythingRestoresFromTheCopyWhenTheFirstRepositoryIsLost() {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            site.server().execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
            LedgerLoad.prepare(site.server());
            Repository first = site.repository();
            Repository second = Repository.at("file://" + site.fresh("second"))
                    .encryptedWith(Site.key(Site.hexKey(8)))
                    .compression(Compression.zstd(3))
                    .named("second")
                    .build();
            try (PgBackup pg = PgBackup.of(site.cluster("main"))
                            .repository(first)
                            .repository(second)
                            .build();
                    LedgerLoad load = new LedgerLoad(site.server()).start()) {
                pg.initialize(first);
                pg.initialize(second);
                List<BackupResult> chain = takeChain(pg, first, load);
                BackupLabel combined = copyAndCombine(pg, first, second, chain);
                load.close();
                Tree.delete(Site.place(first));
                restoreEverything(site, second, combined, chain, load);
                continueTheChain(pg, second);
            }
        }
    }

    private static List<BackupResult> takeChain(PgBackup pg, Repository first, LedgerLoad load) {
        List<BackupResult> chain = new ArrayList<>();
        for (BackupRequest.Draft draft : List.of(
                BackupRequest.full().annotate("why", "test"),
                BackupRequest.differential(),
                BackupRequest.incremental(),
                BackupRequest.incremental())) {
            chain.add(pg.backup(draft.to(first)));
            load.requireHealthy();
        }
        return chain;
    }

    /** Copies the chain up to its third set, then the rest, and makes a full set of the third. */
    private static BackupLabel copyAndCombine(
            PgBackup pg, Repository first, Repository second, List<BackupResult> chain) {
        CopyResult three =
                pg.copy(CopyRequest.backup(chain.get(2).label()).from(first).to(second));
        assertThat(three.copied()).hasSize(3);
        CopyResult last = pg.copy(CopyRequest.newest().from(first).to(second));
        assertThat(last.copied())
                .extracting(CopyResult.Copied::source)
                .containsExactly(chain.get(3).label());
        assertThat(pg.copy(CopyRequest.all().from(first).to(second)).copied()).isEmpty();
        CopyResult combined = pg.combine(
                CombineRequest.backup(chain.get(2).label()).from(first).to(second));
        assertThat(combined.label().type()).isEqualTo(BackupType.FULL);
        pg.verify(second, VerifyDepth.CONTENT).requireClean();
        assertThat(pg.jobs(second, YearMonth.now(ZoneOffset.UTC)))
                .extracting(JobRecord::kind)
                .contains(OperationKind.COPY, OperationKind.COMBINE);
        requireTold(pg, second, chain);
        return combined.label();
    }

    private static void requireTold(PgBackup pg, Repository second, List<BackupResult> chain) {
        List<BackupInfo> backups = pg.info(second).backups();
        assertThat(backups).hasSize(5);
        for (int index = 0; index < chain.size(); index++) {
            BackupInfo original = chain.get(index).backup();
            assertThat(backups.get(index).origin().orElseThrow().label()).isEqualTo(original.label());
            assertThat(backups.get(index).started()).isEqualTo(original.started());
            assertThat(backups.get(index).annotations()).isEqualTo(original.annotations());
            assertThat(backups.get(index).sizes().changedPages())
                    .isEqualTo(original.sizes().changedPages());
        }
        assertThat(pg.info(second).toTable())
                .contains("copy of: " + chain.get(0).label());
        assertThat(pg.info(second).toJson()).contains("\"origin\"");
    }

    /** By an engine that knows neither the server nor the first repository. */
    private static void restoreEverything(
            Site site, Repository second, BackupLabel combined, List<BackupResult> chain, LedgerLoad load) {
        try (PgBackup alone = PgBackup.of(Cluster.named("main").withoutServer())
                .repository(second)
                .build()) {
            List<BackupInfo> backups = alone.info(second).backups();
            Map<BackupLabel, BackupResult> wanted =
                    Map.of(backups.get(3).label(), chain.get(3), combined, chain.get(2));
            wanted.forEach((label, original) -> {
                Path target = site.fresh("restored");
                alone.restore(
                        Site.restoreInto(target).from(second).backup(label).tablespace("far", site.fresh("far")));
                try (PostgresServer restored =
                        PostgresServer.startOn(site.server().version(), target)) {
                    RestoredBooks books = new RestoredBooks(restored);
                    books.requireExactly(original.backup().wal().stop(), load.acknowledged());
                    books.requireSound();
                }
            });
        }
    }

    /** The server goes on with the second repository: what changed is found by comparing with a copy. */
    private static void continueTheChain(PgBackup pg, Repository second) {
        BackupResult next = pg.backup(BackupRequest.incremental().to(second));
        assertThat(next.backup().sizes().changedPages())
                .isLessThan(next.backup().sizes().pages() / 2);
        pg.verify(second, VerifyDepth.CONTENT).requireClean();
    }
}
