package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpireServerTest {
    @TempDir
    static Path work;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.start(PostgresVersion.newest(), work);
        site.server().execute("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
    }

    @AfterAll
    static void end() {
        site.close();
    }

    private static BackupResult full(PgBackup pg, Repository repository) {
        return pg.backup(BackupRequest.full().to(repository));
    }

    private static BackupResult incremental(PgBackup pg, Repository repository) {
        site.server().execute("UPDATE t SET md5 = 'x' WHERE i % 100 = 1");
        return pg.backup(BackupRequest.incremental().to(repository));
    }

    private static List<BackupLabel> labels(PgBackup pg) {
        return pg.info().backups().stream().map(BackupInfo::label).toList();
    }

    private static List<String> tracesOf(Repository repository, BackupLabel label) throws IOException {
        Path cluster = Site.place(repository).resolve("main");
        try (Stream<Path> all = Files.walk(cluster)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> cluster.relativize(path).toString())
                    .filter(path -> path.contains(label.toString()) && !path.contains(label + "_"))
                    .toList();
        }
    }

    private static void requireRestorable(PgBackup pg, Repository repository, BackupLabel label) {
        try (PostgresServer restored = site.restored(pg, repository, label)) {
            assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("5000");
        }
    }

    @Test
    void keepsFullsWithTheirChainsAndBackupsGoOn() throws IOException {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel first = full(pg, repository).label();
            BackupLabel onFirst = incremental(pg, repository).label();
            BackupLabel second = full(pg, repository).label();
            BackupLabel onSecond = incremental(pg, repository).label();
            assertThat(pg.planExpire(repository, Retention.keepFullBackups(2)).backupsToDelete())
                    .isEmpty();

            ExpirePlan plan = pg.planExpire(repository, Retention.keepFullBackups(1));
            assertThat(plan.backupsToDelete()).containsExactly(first, onFirst);
            assertThat(plan.decisions())
                    .hasSize(4)
                    .allMatch(decision -> !decision.reason().isBlank());
            ExpireResult result = pg.expire(plan.deletingAtOnce());

            assertThat(result.deleted()).containsExactlyInAnyOrder(first, onFirst);
            assertThat(result.postponed()).isEmpty();
            assertThat(result.bytesFreed()).isPositive();
            assertThat(labels(pg)).containsExactly(second, onSecond);
            assertThat(pg.info().unsettled()).isEmpty();
            assertThat(tracesOf(repository, first)).isEmpty();
            assertThat(tracesOf(repository, onFirst)).isEmpty();
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            BackupLabel third = incremental(pg, repository).label();
            requireRestorable(pg, repository, third);
        }
    }

    /** The leases of the newest two sets stay; one of them may name a set that is gone. */
    @Test
    void aLeaseOfADeletedSetHoldsNobodyBack() throws IOException {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel first = full(pg, repository).label();
            BackupLabel second = full(pg, repository).label();
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            assertThat(labels(pg)).containsExactly(second);
            BackupLabel third = full(pg, repository).label();
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            full(pg, repository);
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            assertThat(labels(pg)).hasSize(1).doesNotContain(second, third);
            assertThat(tracesOf(repository, first)).isEmpty();
            assertThat(tracesOf(repository, second)).isEmpty();
        }
    }

    @Test
    void neverTheLastFullAndNeverWhatAKeptOneNeeds() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel full = full(pg, repository).label();
            BackupLabel incremental = incremental(pg, repository).label();
            assertThat(pg.planExpire(repository, Retention.keepFullBackups(1)).backupsToDelete())
                    .isEmpty();
            ExpirePlan everything = new ExpirePlan(
                    repository,
                    List.of(
                            new ExpirePlan.Decision(full, false, "forged"),
                            new ExpirePlan.Decision(incremental, false, "forged")));
            requireOutdated(pg, everything);
            ExpirePlan base = new ExpirePlan(
                    repository,
                    List.of(
                            new ExpirePlan.Decision(full, false, "forged"),
                            new ExpirePlan.Decision(incremental, true, "forged")));
            requireOutdated(pg, base);
            assertThat(labels(pg)).containsExactly(full, incremental);
        }
    }

    @Test
    void aPlanOfAnOlderCatalogIsRefused() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            full(pg, repository);
            full(pg, repository);
            ExpirePlan plan = pg.planExpire(repository, Retention.keepFullBackups(1));
            full(pg, repository);
            requireOutdated(pg, plan);
            assertThat(labels(pg)).hasSize(3);
        }
    }

    private static void requireOutdated(PgBackup pg, ExpirePlan plan) {
        assertThatThrownBy(() -> pg.expire(plan.deletingAtOnce()))
                .isInstanceOfSatisfying(PgBackupException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.PLAN_OUTDATED);
                    assertThat(failure.hint()).isNotBlank();
                });
    }

    @Test
    void anInterruptedDeletionIsFinishedByTheNextExpire() throws IOException {
        Path place = site.fresh("interrupted");
        Repository failing = faulty(
                place,
                FaultyStorageProvider.Faults.planned(storage -> storage.on(Verb.DELETE_KEY)
                        .matching("**/bundle/**")
                        .always()
                        .denied()));
        Repository sound = Site.encrypted(place, "sound");
        BackupLabel first;
        BackupLabel second;
        try (PgBackup pg = site.initialized(failing)) {
            first = full(pg, failing).label();
            second = full(pg, failing).label();
            ExpirePlan plan = pg.planExpire(failing, Retention.keepFullBackups(1));
            assertThatThrownBy(() -> pg.expire(plan.deletingAtOnce()))
                    .isInstanceOfSatisfying(PgBackupException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
                    });
            assertThat(labels(pg)).containsExactly(second);
            assertThat(pg.info().unsettled()).isEmpty();
            assertThat(tracesOf(sound, first)).isNotEmpty();
        }
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(full(pg, sound).warnings()).isEmpty();
            ExpireResult result =
                    pg.expire(pg.planExpire(sound, Retention.keepFullBackups(2)).deletingAtOnce());
            assertThat(result.bytesFreed()).isPositive();
            assertThat(tracesOf(sound, first)).isEmpty();
            pg.verify(sound, VerifyDepth.CONTENT).requireClean();
        }
    }

    @Test
    void anExpireMayFollowABackupAndNeverFailsIt() throws IOException {
        Path place = site.fresh("followed");
        Repository sound = Site.encrypted(place, "sound");
        Repository failing = faulty(
                place,
                FaultyStorageProvider.Faults.planned(storage -> storage.on(Verb.CREATE)
                        .matching("**/retire/**")
                        .always()
                        .denied()));
        BackupRequest.Draft followed = BackupRequest.full().thenExpire(Retention.keepFullBackups(1));
        BackupLabel second;
        try (PgBackup pg = site.initialized(sound)) {
            full(pg, sound);
            BackupResult result = pg.backup(followed.to(sound));
            second = result.label();
            assertThat(result.expired().orElseThrow().waiting()).hasSize(1);
            assertThat(result.warnings()).isEmpty();
            assertThat(labels(pg)).containsExactly(second);
        }
        try (PgBackup pg = site.initialized(failing)) {
            BackupResult result = pg.backup(followed.to(failing));
            assertThat(result.expired()).isEmpty();
            assertThat(result.warnings()).singleElement().satisfies(warning -> {
                assertThat(warning.subject()).isEqualTo("expire");
                assertThat(warning.message()).contains("STORAGE_DENIED");
            });
            assertThat(labels(pg)).containsExactly(second, result.label());
            pg.verify(failing, VerifyDepth.CONTENT).requireClean();
        }
    }

    @Test
    void aRunningBackupPostponesWhatItLeansOn() throws Exception {
        Path place = site.fresh("postponed");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Repository slow = faulty(
                place,
                FaultyStorageProvider.Faults.planned(storage -> storage.on(Verb.CREATE)
                        .matching("**/start")
                        .meanwhile(() -> {
                            begun.countDown();
                            goOn.await(60, TimeUnit.SECONDS);
                        })));
        Repository plain = Site.encrypted(place, "plain");
        try (PgBackup pg = site.initialized(plain);
                PgBackup other = site.initialized(slow)) {
            BackupLabel first = full(pg, plain).label();
            BackupLabel second = full(pg, plain).label();
            CompletableFuture<BackupResult> running = CompletableFuture.supplyAsync(
                    () -> other.backup(BackupRequest.incremental().to(slow)));
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            ExpireResult result = pg.expire(new ExpirePlan(
                            plain,
                            List.of(
                                    new ExpirePlan.Decision(first, true, "kept"),
                                    new ExpirePlan.Decision(second, false, "not wanted")))
                    .deletingAtOnce());
            assertThat(result.postponed()).containsExactly(second);
            assertThat(result.deleted()).isEmpty();
            goOn.countDown();
            BackupLabel leaning = running.get(60, TimeUnit.SECONDS).label();
            requireRestorable(pg, plain, leaning);

            // What expire has chosen is built upon no more.
            BackupResult next = incremental(pg, plain);
            assertThat(next.backup().base()).contains(first);
            pg.verify(plain, VerifyDepth.CONTENT).requireClean();
        }
    }

    private static Repository faulty(Path place, FaultyStorageProvider.Faults faults) {
        return Repository.at("faulty://" + place)
                .with(faults)
                .encryptedWith(Site.key(Site.KEY))
                .named(place.getFileName() + "-faulty")
                .build();
    }
}
