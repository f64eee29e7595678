package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.CancellationToken;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.FaultPlan;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

/** A backup that is stopped or fails leaves nothing behind that anybody lists, and the next one works at once. */
class FailureServerTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    static Path work;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.start(PostgresVersion.newest(), work);
        site.server()
                .execute(
                        "CREATE TABLE t AS SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, 300000) i");
    }

    @AfterAll
    static void end() {
        site.close();
    }

    private static Repository faulty(Path place, FaultPlan plan) {
        return Repository.at("faulty://" + place)
                .with(Faults.planned(plan))
                .encryptedWith(Site.key(Site.KEY))
                .named("faulty")
                .build();
    }

    /** Something that is held up while a bundle is being stored. */
    private static final class Held {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        FaultPlan plan() {
            return storage -> storage.on(Verb.CREATE).matching("**/bundle/**").meanwhile(() -> {
                reached.countDown();
                released.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            });
        }

        void awaitReached() throws InterruptedException {
            if (!reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionFailedError("no bundle was stored");
            }
        }
    }

    /** The failed backup is aborted and nowhere listed, has left a job record, and the next one works at once and restores. */
    private static void requireAborted(Path place, ErrorCode code) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(pg.info(sound).backups()).isEmpty();
            assertThat(pg.info(sound).unsettled()).isEmpty();
            assertThat(backupJobs(pg, sound)).hasSize(1).allSatisfy(job -> {
                assertThat(job.errorCode()).contains(code.name());
                assertThat(job.message()).isNotBlank();
                assertThat(job.operationId()).isNotBlank();
            });
            BackupResult next = pg.backup(BackupRequest.full().to(sound));
            assertThat(backupJobs(pg, sound))
                    .hasSize(2)
                    .anyMatch(job -> job.errorCode().isEmpty());
            pg.verify(sound, VerifyDepth.CONTENT).requireClean();
            assertThat(pg.info(sound).backups())
                    .hasSize(1)
                    .allMatch(backup -> backup.label().equals(next.label()));
        }
    }

    private static List<JobRecord> backupJobs(PgBackup pg, Repository repository) {
        return pg.jobs(repository, YearMonth.now(ZoneOffset.UTC)).stream()
                .filter(job -> job.kind() == OperationKind.BACKUP)
                .toList();
    }

    private static <T extends PgBackupException> T failureOf(Class<T> type, Runnable operation) {
        T failure = catchThrowableOfType(type, operation::run);
        assertThat(failure).isNotNull();
        assertThat(failure.hint()).isNotBlank();
        assertThat(failure.operationId()).isPresent();
        return failure;
    }

    @Test
    void anInterruptStopsTheBackup() throws Exception {
        Path place = site.fresh("interrupted");
        Held held = new Held();
        Repository repository = faulty(place, held.plan());
        AtomicBoolean flag = new AtomicBoolean();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        try (PgBackup pg = site.initialized(repository)) {
            Thread thread = new Thread(() -> {
                try {
                    pg.backup(BackupRequest.full().to(repository));
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
                flag.set(Thread.currentThread().isInterrupted());
            });
            thread.start();
            held.awaitReached();
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(10));
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(thrown.get()).isInstanceOf(OperationCancelledException.class);
        assertThat(flag).isTrue();
        requireAborted(place, ErrorCode.CANCELLED);
    }

    @Test
    void aTokenStopsTheBackup() throws Exception {
        Path place = site.fresh("cancelled");
        Held held = new Held();
        Repository repository = faulty(place, held.plan());
        CancellationToken token = new CancellationToken();
        try (PgBackup pg = site.initialized(repository)) {
            CompletableFuture<BackupResult> running = CompletableFuture.supplyAsync(
                    () -> pg.with(OperationOptions.none().cancellation(token))
                            .backup(BackupRequest.full().to(repository)));
            held.awaitReached();
            token.cancel();
            ExecutionException failure =
                    catchThrowableOfType(ExecutionException.class, () -> running.get(10, TimeUnit.SECONDS));
            assertThat(failure).hasCauseInstanceOf(OperationCancelledException.class);
        }
        requireAborted(place, ErrorCode.CANCELLED);
    }

    @Test
    void aDeadlineStopsTheBackup() {
        Path place = site.fresh("late");
        Repository repository = faulty(place, new Held().plan());
        try (PgBackup pg = site.initialized(repository)) {
            OperationCancelledException failure = failureOf(
                    OperationCancelledException.class,
                    () -> pg.with(OperationOptions.none().deadline(Duration.ofSeconds(3)))
                            .backup(BackupRequest.full().to(repository)));
            assertThat(failure.getMessage()).contains("PT3S");
        }
        requireAborted(place, ErrorCode.CANCELLED);
    }

    @Test
    void aLostSessionIsNoticedAtOnce() throws Exception {
        Path place = site.fresh("lost");
        Held held = new Held();
        Repository repository = faulty(place, held.plan());
        try (PgBackup pg = site.initialized(repository)) {
            CompletableFuture<BackupResult> running = CompletableFuture.supplyAsync(
                    () -> pg.backup(BackupRequest.full().to(repository)));
            held.awaitReached();
            assertThat(site.server()
                            .query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                    + " WHERE application_name = 'pgbackup'"))
                    .isEqualTo("1");
            ExecutionException failure =
                    catchThrowableOfType(ExecutionException.class, () -> running.get(10, TimeUnit.SECONDS));
            assertThat(failure.getCause()).isInstanceOfSatisfying(PgBackupException.class, lost -> {
                assertThat(lost.code()).isEqualTo(ErrorCode.SESSION_LOST);
                assertThat(lost.retryable()).isTrue();
            });
        }
        requireAborted(place, ErrorCode.SESSION_LOST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"main/data/*/begin", "main/data/*/start", "**/bundle/**", "**/manifest/0/*", "**/manifest/root"})
    void aStoreThatFailsFailsTheBackup(String object) {
        Path place = site.fresh("refusing");
        Repository repository = faulty(
                place, storage -> storage.on(Verb.CREATE).matching(object).denied());
        try (PgBackup pg = site.initialized(repository)) {
            PgBackupException failure = failureOf(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(repository)));
            assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
        }
        requireAborted(place, ErrorCode.STORAGE_DENIED);
    }

    @Test
    void aCommitThatIsRefusedIsAborted() {
        Path place = site.fresh("uncommitted");
        Repository repository = faulty(
                place,
                storage ->
                        storage.on(Verb.CREATE).matching("main/backup/*").nth(1).denied());
        try (PgBackup pg = site.initialized(repository)) {
            failureOf(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(repository)));
        }
        requireAborted(place, ErrorCode.STORAGE_DENIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"main/backup/*", "main/lease/*", "main/data/*/begin", "**/bundle/0/0", "**/manifest/root"})
    void aLostReplyIsNoFailure(String object) {
        Path place = site.fresh("reply");
        Repository repository = faulty(
                place, storage -> storage.on(Verb.CREATE).matching(object).loseReply());
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel label = pg.backup(BackupRequest.full().to(repository)).label();
            assertThat(pg.info(repository).backups()).hasSize(1);
            pg.verify(repository, VerifyDepth.CATALOG).requireClean();
            assertThat(pg.info(repository).backups().get(0).label()).isEqualTo(label);
        }
    }

    /** A process that was killed has aborted nothing; another one waits for it until somebody breaks its lease. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBrokenLeaseLetsTheNextOneIn(boolean begun) throws IOException {
        Path place = site.fresh("killed");
        Repository repository = faulty(
                place,
                storage -> storage.on(Verb.CREATE).matching("**/bundle/**").denied());
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(repository)) {
            failureOf(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(repository)));
        }
        BackupLabel killed = onlyRecord(place);
        Files.delete(place.resolve("main/backup").resolve(killed.toString()));
        if (!begun) {
            deleteTree(place.resolve("main/data").resolve(killed.toString()));
        }
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(pg.info(sound).unsettled()).containsExactly(killed);
            PgBackupException held = failureOf(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(sound)));
            assertThat(held.code()).isEqualTo(ErrorCode.LEASE_HELD);
            assertThat(held.hint()).contains("breakLease");
            pg.breakLease(sound, killed);
            assertThat(pg.info(sound).unsettled()).isEmpty();
            BackupLabel next = pg.backup(BackupRequest.full().to(sound)).label();
            assertThat(next.time()).isAfter(killed.time());
            PgBackupException again = failureOf(PgBackupException.class, () -> pg.breakLease(sound, next));
            assertThat(again.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> tree = Files.walk(directory)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private static BackupLabel onlyRecord(Path place) throws IOException {
        try (var records = Files.list(place.resolve("main/backup"))) {
            return BackupLabel.parse(String.valueOf(records.toList().get(0).getFileName()));
        }
    }

    @Test
    void aStoreThatFailsForAMomentIsTriedAgain() {
        Path place = site.fresh("flaky");
        Repository repository = faulty(place, storage -> {
            storage.on(Verb.CREATE).matching("**/bundle/**").nth(1).unavailable();
            storage.on(Verb.LIST).nth(2).unavailable();
            storage.on(Verb.READ).nth(3).unavailable();
        });
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel label = pg.backup(BackupRequest.full().to(repository)).label();
            try (PostgresServer restored = site.restored(pg, repository, label)) {
                assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("300000");
            }
        }
    }

    @Test
    void aRestoreThatIsStoppedLeavesNothing() {
        Path place = site.fresh("restore");
        Repository sound = Site.encrypted(place, "sound");
        BackupLabel label;
        try (PgBackup pg = site.initialized(sound)) {
            label = pg.backup(BackupRequest.full().to(sound)).label();
        }
        Repository repository = faulty(
                place,
                storage -> storage.on(Verb.READ).matching("**/bundle/**").nth(2).denied());
        Path target = site.fresh("target");
        try (PgBackup pg = site.initialized(repository)) {
            PgBackupException failure = failureOf(
                    PgBackupException.class,
                    () -> pg.restore(Site.restoreInto(target).backup(label)));
            assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
            assertThat(target).doesNotExist();
        }
    }
}
