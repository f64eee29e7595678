package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Warning;
import io.pgbackup.wal.WalGap;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WAL is given up only if that was said, only beyond the limit, only if repositories do not answer, and never without a trace. */
class DroppingTest {
    private static final String CLUSTER = "main";
    private static final long LIMIT = 2L << 20;

    @TempDir
    Path work;

    private final AtomicBoolean nearDown = new AtomicBoolean();
    private final AtomicBoolean farDown = new AtomicBoolean();
    private final AtomicLong nanoseconds = new AtomicLong();
    private final PgBackupRuntime runtime =
            PgBackupRuntime.builder().ticker(nanoseconds::get).build();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private Repository near;
    private Repository far;
    private SyntheticWal wal;

    @BeforeEach
    void begin() throws IOException {
        near = switched("near", nearDown);
        far = switched("far", farDown);
        wal = new SyntheticWal(work.resolve("pg_wal"));
        Files.createDirectories(work.resolve("pg_wal/archive_status"));
        Repositories all = new Repositories(List.of(near, far), InstantSource.system());
        for (Repository repository : all.all()) {
            all.create(repository);
            try (OpenRepository open = all.open(repository)) {
                new IdentityRecords(open, ClusterLayout.of(CLUSTER)).claim(SyntheticWal.SERVER);
            }
        }
    }

    @AfterEach
    void end() {
        runtime.close();
    }

    private void answer(AtomicBoolean down) {
        down.set(false);
        nanoseconds.addAndGet(Duration.ofMinutes(1).toNanos());
    }

    private Repository switched(String name, AtomicBoolean down) {
        return Repository.at("faulty://" + work.resolve(name))
                .with(new Faults(storage -> new Refusing(storage, down)))
                .encryptedWith(Site.key(Site.KEY))
                .named(name)
                .build();
    }

    private PgBackup open(WalPolicy policy) {
        return PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .repository(near)
                .repository(far)
                .walPolicy(policy)
                .runtime(runtime)
                .listener(new OperationListener() {
                    @Override
                    public void warning(String operationId, Warning warning) {
                        told.add(warning.message());
                    }
                })
                .build();
    }

    private WalPolicy dropping() {
        return WalPolicy.all().droppingBeyond(LIMIT, work.resolve("notes"));
    }

    /** As the server says that it waits for a segment. */
    private Path ready(long number) throws IOException {
        return wal.ready(number);
    }

    private Path status(long number) {
        return wal.status(number);
    }

    private static String name(long number) {
        return SyntheticWal.name(1, number).toString();
    }

    /** As the server recycles what it believes to be archived. */
    private void recycle(long number) throws IOException {
        Files.deleteIfExists(status(number));
        Files.deleteIfExists(work.resolve("pg_wal").resolve(name(number)));
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void nothingIsEverGivenUpUnlessThatWasSaid() throws IOException {
        nearDown.set(true);
        farDown.set(true);
        try (PgBackup pg = open(WalPolicy.any())) {
            for (long number = 1; number <= 5; number++) {
                Path segment = ready(number);
                refused(ErrorCode.STORAGE_DENIED, () -> pg.wal().push(segment));
            }
        }
    }

    @Test
    void whatWasGivenUpIsRecordedWhenRepositoriesAnswerAlsoByALaterProcess() throws IOException {
        Instant begun = Instant.now();
        try (PgBackup pg = open(dropping())) {
            pg.wal().push(ready(1));
            recycle(1);
            nearDown.set(true);
            farDown.set(true);
            Path second = ready(2);
            ready(3);
            refused(ErrorCode.STORAGE_DENIED, () -> pg.wal().push(second));
            ready(4);
            assertThat(pg.wal().push(second).repositories())
                    .containsEntry("near", Outcome.DROPPED)
                    .containsEntry("far", Outcome.DROPPED);
            assertThat(told).anyMatch(message -> message.contains(name(2) + " IS GIVEN UP"));
            recycle(2);
            ready(5);
            assertThat(pg.wal().push(work.resolve("pg_wal").resolve(name(3))).repositories())
                    .containsEntry("near", Outcome.DROPPED);
            recycle(3);
            // A process that dies while it notes: never acknowledged, and the next note is whole.
            Files.writeString(work.resolve("notes/main.dropped"), "2026-01-01T", StandardOpenOption.APPEND);
        }
        answer(nearDown);
        try (PgBackup later = open(dropping())) {
            Path fourth = work.resolve("pg_wal").resolve(name(4));
            refused(ErrorCode.STORAGE_DENIED, () -> later.wal().push(fourth));
            answer(farDown);
            assertThat(later.wal().push(fourth).repositories()).doesNotContainValue(Outcome.DROPPED);
            recycle(4);
            later.wal().push(work.resolve("pg_wal").resolve(name(5)));
            for (Repository repository : List.of(near, far)) {
                assertThat(later.wal().gaps(repository)).singleElement().satisfies(gap -> {
                    assertThat(gap.firstMissing()).isEqualTo(name(2));
                    assertThat(gap.lastMissing()).isEqualTo(name(3));
                    assertThat(gap.dropped().orElseThrow()).isAfterOrEqualTo(begun);
                });
            }
            assertThat(work.resolve("notes/main.dropped")).isEmptyFile();
            later.wal().push(ready(9));
            assertThat(later.wal().gaps(near))
                    .extracting(WalGap::firstMissing, gap -> gap.dropped().isPresent())
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(name(2), true),
                            org.assertj.core.groups.Tuple.tuple(name(6), false));
        }
    }

    @Test
    void whatTheServerStillHasIsArchivedAfterAll() throws IOException {
        nearDown.set(true);
        farDown.set(true);
        try (PgBackup pg = open(dropping())) {
            Path first = ready(1);
            ready(2);
            ready(3);
            refused(ErrorCode.STORAGE_DENIED, () -> pg.wal().push(wal.segment(1, 99)));
            assertThat(pg.wal().push(first).repositories()).containsEntry("near", Outcome.DROPPED);
            Files.delete(status(1));
            Path second = work.resolve("pg_wal").resolve(name(2));
            assertThat(Files.deleteIfExists(status(3))).isTrue();
            // As a server does that goes on under another name: what it had under this name is gone.
            answer(nearDown);
            answer(farDown);
            pg.wal().push(second);
            assertThat(pg.wal().gaps(near)).isEmpty();
            Path target = work.resolve("fetched");
            assertThat(pg.wal().fetch(name(1), target)).isTrue();
            assertThat(target).hasSameBinaryContentAs(first);
        }
    }

    @Test
    void aFileThatTheServerUsesAgainIsNotTakenForWhatItWas() throws IOException {
        nearDown.set(true);
        farDown.set(true);
        try (PgBackup pg = open(dropping())) {
            Path first = ready(1);
            ready(2);
            ready(3);
            assertThat(pg.wal().push(first).repositories()).containsEntry("near", Outcome.DROPPED);
            Files.write(first, Files.readAllBytes(wal.segment(1, 7)));
            answer(nearDown);
            answer(farDown);
            pg.wal().push(work.resolve("pg_wal").resolve(name(2)));
            assertThat(pg.wal().fetch(name(1), work.resolve("x"))).isFalse();
            assertThat(pg.wal().gaps(near)).extracting(WalGap::firstMissing).containsExactly(name(1));
        }
    }

    @Test
    void oneRepositoryThatAnswersKeepsTheWalAndTheOtherIsCaughtUp() throws IOException {
        try (PgBackup pg = open(dropping())) {
            pg.wal().push(ready(1));
            farDown.set(true);
            ready(2);
            ready(3);
            Path second = work.resolve("pg_wal").resolve(name(2));
            assertThat(pg.wal().push(second).repositories())
                    .containsEntry("near", Outcome.STORED)
                    .containsEntry("far", Outcome.LATER);
            farDown.set(false);
            assertThat(pg.wal().catchUp(far)).containsExactly(name(2));
            assertThat(work.resolve("notes/main.dropped")).doesNotExist();
        }
    }

    @Test
    void whatContradictsTheArchiveIsNeverGivenUp() throws IOException {
        try (PgBackup pg = open(dropping())) {
            Path first = ready(1);
            pg.wal().push(first);
            wal.segment(SyntheticWal.name(1, 1), SyntheticWal.SERVER.systemIdentifier(), 4711);
            ready(2);
            ready(3);
            refused(ErrorCode.WAL_CONFLICT, () -> pg.wal().push(first));
            Path stranger = wal.segment(SyntheticWal.name(1, 4), SyntheticWal.SERVER.systemIdentifier() + 1, 1);
            Files.createFile(status(4));
            refused(ErrorCode.WRONG_CLUSTER, () -> pg.wal().push(stranger));
        }
    }

    @Test
    void whatCannotBeNotedIsNotGivenUp() throws IOException {
        nearDown.set(true);
        farDown.set(true);
        Files.writeString(work.resolve("notes"), "in the way");
        try (PgBackup pg = open(dropping())) {
            Path first = ready(1);
            ready(2);
            ready(3);
            refused(ErrorCode.TARGET_UNWRITABLE, () -> pg.wal().push(first));
            assertThat(told).noneMatch(message -> message.contains("GIVEN UP"));
        }
    }
}
