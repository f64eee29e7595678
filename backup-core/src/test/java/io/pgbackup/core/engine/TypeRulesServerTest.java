package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationEnded;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.OperationStarted;
import io.pgbackup.event.Progress;
import io.pgbackup.event.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup builds upon, whose place it is, what it is called, and what is told on the way. */
class TypeRulesServerTest {
    @TempDir
    static Path work;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.start(PostgresVersion.newest(), work);
    }

    @AfterAll
    static void end() {
        site.close();
    }

    private static void refused(Runnable operation, ErrorCode code) {
        assertThatThrownBy(operation::run).isInstanceOfSatisfying(PgBackupException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.hint()).isNotBlank();
        });
    }

    @Test
    void withoutABaseThereIsNoneUnlessAsked() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            for (BackupRequest.Draft draft : List.of(BackupRequest.incremental(), BackupRequest.differential())) {
                refused(() -> pg.backup(draft.to(repository)), ErrorCode.NO_BASE);
            }
            assertThat(pg.info().backups()).isEmpty();
            assertThat(pg.info().unsettled()).isEmpty();
            for (BackupRequest.Draft draft : List.of(
                    BackupRequest.incremental().orFullIfNoBase(),
                    BackupRequest.differential().orFullIfNoBase(),
                    BackupRequest.auto())) {
                Repository empty = site.repository();
                try (PgBackup other = site.initialized(empty)) {
                    BackupResult result = other.backup(draft.to(empty));
                    assertThat(result.backup().type()).isEqualTo(BackupType.FULL);
                    assertThat(result.warnings()).hasSize(1);
                    assertThat(other.backup(BackupRequest.auto().to(empty))
                                    .backup()
                                    .type())
                            .isEqualTo(BackupType.INCREMENTAL);
                }
            }
        }
    }

    @Test
    void aDifferentialStandsOnTheNewestFullOfItsRepository() {
        Repository repository = site.repository();
        Repository other = site.repository();
        try (PgBackup pg = PgBackup.of(site.cluster("main"))
                .repository(repository)
                .repository(other)
                .build()) {
            pg.initialize(repository);
            pg.initialize(other);
            pg.backup(BackupRequest.full().to(repository));
            BackupLabel newest = pg.backup(BackupRequest.full().to(repository)).label();
            BackupLabel incremental =
                    pg.backup(BackupRequest.incremental().to(repository)).label();
            refused(() -> pg.backup(BackupRequest.incremental().to(other)), ErrorCode.NO_BASE);
            BackupResult differential = pg.backup(BackupRequest.differential().to(repository));
            assertThat(differential.backup().base()).contains(newest);
            assertThat(differential.backup().references()).containsExactly(newest);
            assertThat(differential.label().type()).isEqualTo(BackupType.DIFFERENTIAL);
            assertThat(pg.backup(BackupRequest.incremental().to(repository))
                            .backup()
                            .references())
                    .containsExactly(newest, differential.label())
                    .doesNotContain(incremental);
        }
    }

    @Test
    void racingInitializersMakeOneRepository() throws Exception {
        Repository repository = site.repository();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (PgBackup pg =
                PgBackup.of(site.cluster("main")).repository(repository).build()) {
            Callable<InitializeResult> initializer = () -> pg.initialize(repository);
            List<InitializeResult> results = new ArrayList<>();
            for (Future<InitializeResult> result : threads.invokeAll(java.util.Collections.nCopies(8, initializer))) {
                results.add(result.get(60, TimeUnit.SECONDS));
            }
            assertThat(results).contains(InitializeResult.CREATED);
            assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.ALREADY_VALID);
            pg.check().requireOk();
            Path place = Site.place(repository);
            assertThat(namesIn(place.resolve("keys/1"))).containsExactly("0");
            assertThat(namesIn(place.resolve("main/identity"))).containsExactly("1");
            pg.backup(BackupRequest.full().to(repository));
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    @Test
    void anotherServerUnderTheSameNameIsRefused() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository);
                Site stranger = Site.start(PostgresVersion.newest(), work.resolve("stranger"));
                PgBackup other = PgBackup.of(stranger.cluster("main"))
                        .repository(repository)
                        .build()) {
            pg.backup(BackupRequest.full().to(repository));
            var before = Tree.of(Site.place(repository));
            refused(() -> other.initialize(repository), ErrorCode.WRONG_CLUSTER);
            refused(() -> other.backup(BackupRequest.full().to(repository)), ErrorCode.WRONG_CLUSTER);
            refused(() -> other.backup(BackupRequest.auto().to(repository)), ErrorCode.WRONG_CLUSTER);
            assertThat(other.check().failures()).isNotEmpty();
            assertThat(Tree.of(Site.place(repository))).isEqualTo(before);
        }
    }

    @Test
    void annotationsAndExcludesAreKept() throws IOException {
        Path directory = Files.createDirectories(site.server().dataDirectory().resolve("leftover/deep"));
        Files.writeString(directory.resolve("file"), "not PostgreSQL's");
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            BackupLabel label = pg.backup(BackupRequest.full()
                            .annotate("ticket", "4711 \"ü\"")
                            .exclude("leftover")
                            .to(repository))
                    .label();
            assertThat(pg.info().backups().get(0).annotations()).containsEntry("ticket", "4711 \"ü\"");
            assertThat(pg.info().toJson()).contains("4711 \\\"ü\\\"");
            Path target = site.fresh("target");
            pg.restore(Site.restoreInto(target).backup(label));
            assertThat(target.resolve("leftover/deep")).doesNotExist();
            assertThat(target.resolve("PG_VERSION")).exists();
            BackupLabel whole =
                    pg.backup(BackupRequest.incremental().to(repository)).label();
            Path complete = site.fresh("target");
            pg.restore(Site.restoreInto(complete).backup(whole));
            assertThat(complete.resolve("leftover/deep/file")).hasContent("not PostgreSQL's");
        }
    }

    @Test
    void labelsNeverCollideWhateverTheClockSays() {
        Repository repository = site.repository();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-03-31T01:59:59.9Z"));
        try (PgBackupRuntime runtime =
                        PgBackupRuntime.builder().workers(2).clock(now::get).build();
                PgBackup pg = PgBackup.of(site.cluster("main"))
                        .repository(repository)
                        .runtime(runtime)
                        .build()) {
            pg.initialize(repository);
            List<BackupLabel> labels = new ArrayList<>();
            labels.add(pg.backup(BackupRequest.full().to(repository)).label());
            labels.add(pg.backup(BackupRequest.incremental().to(repository)).label());
            now.updateAndGet(instant -> instant.minus(Duration.ofHours(1)));
            labels.add(pg.backup(BackupRequest.incremental().to(repository)).label());
            labels.add(pg.backup(BackupRequest.full().to(repository)).label());
            assertThat(labels).doesNotHaveDuplicates();
            for (int number = 1; number < labels.size(); number++) {
                assertThat(labels.get(number).time())
                        .isAfter(labels.get(number - 1).time());
            }
            assertThat(pg.info().backups().stream().map(backup -> backup.label()))
                    .containsExactlyElementsOf(labels);
            try (PostgresServer restored = site.restored(pg, repository, labels.get(2))) {
                assertThat(restored.query("SELECT 1")).isEqualTo("1");
            }
        }
    }

    /** Remembers what it hears, and fails each time. */
    private static final class Rude implements OperationListener {
        private final List<String> heard = new ArrayList<>();
        private final List<Progress> progress = new ArrayList<>();
        private final Set<Thread> threads = new HashSet<>();

        private void hear(String what) {
            heard.add(what);
            threads.add(Thread.currentThread());
            throw new IllegalStateException("a listener that fails");
        }

        @Override
        public void started(OperationStarted event) {
            hear("started " + event.operationId());
        }

        @Override
        public void progress(Progress snapshot) {
            progress.add(snapshot);
            hear("progress");
        }

        @Override
        public void warning(String operationId, Warning warning) {
            hear("warning");
        }

        @Override
        public void ended(OperationEnded event) {
            hear("ended " + event.operationId() + event.failure().map(PgBackupException::code));
        }
    }

    @Test
    void listenersHearEverythingInOrderAndDisturbNothing() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            Rude rude = new Rude();
            BackupResult result = pg.with(OperationOptions.none().listener(rude))
                    .backup(BackupRequest.auto().to(repository));
            String id = result.backup().operationId();
            assertThat(rude.heard.get(0)).isEqualTo("started " + id);
            assertThat(rude.heard).contains("warning");
            assertThat(rude.heard.get(rude.heard.size() - 1)).isEqualTo("ended " + id + "Optional.empty");
            assertThat(rude.threads).containsExactly(Thread.currentThread());
            requireMonotonic(rude.progress);
            Rude failing = new Rude();
            refused(
                    () -> pg.with(OperationOptions.none().listener(failing)).restore(Site.restoreInto(work)),
                    ErrorCode.TARGET_UNUSABLE);
            assertThat(failing.heard.get(failing.heard.size() - 1)).endsWith("Optional[TARGET_UNUSABLE]");
        }
    }

    @Test
    void everyOperationLeavesAJobRecord() {
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            pg.check().requireOk();
            BackupResult backup = pg.backup(BackupRequest.full().to(repository));
            pg.verify(repository, VerifyDepth.CATALOG);
            pg.restore(Site.restoreInto(site.fresh("target")));
            refused(() -> pg.restore(Site.restoreInto(work)), ErrorCode.TARGET_UNUSABLE);
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
            List<JobRecord> jobs = pg.jobs(repository, YearMonth.now(ZoneOffset.UTC));
            assertThat(jobs)
                    .extracting(JobRecord::kind)
                    .containsExactlyInAnyOrder(
                            OperationKind.INITIALIZE,
                            OperationKind.CHECK,
                            OperationKind.BACKUP,
                            OperationKind.VERIFY,
                            OperationKind.RESTORE,
                            OperationKind.RESTORE,
                            OperationKind.EXPIRE);
            assertThat(jobs).filteredOn(job -> job.errorCode().isPresent()).hasSize(1);
            assertThat(jobs)
                    .filteredOn(job -> job.kind() == OperationKind.BACKUP)
                    .allSatisfy(job -> {
                        assertThat(job.operationId()).isEqualTo(backup.backup().operationId());
                        assertThat(job.facts())
                                .containsEntry("label", backup.label().toString());
                    });
        }
    }

    private static void requireMonotonic(List<Progress> progress) {
        assertThat(progress).hasSizeGreaterThan(3);
        for (int number = 1; number < progress.size(); number++) {
            Progress before = progress.get(number - 1);
            Progress after = progress.get(number);
            assertThat(after.bytesDone()).isGreaterThanOrEqualTo(before.bytesDone());
            assertThat(after.filesDone()).isGreaterThanOrEqualTo(before.filesDone());
            assertThat(after.elapsed()).isGreaterThanOrEqualTo(before.elapsed());
        }
        Progress last = progress.get(progress.size() - 1);
        assertThat(last.bytesDone()).isPositive();
        assertThat(last.bytesTotal()).isPositive();
    }
}
