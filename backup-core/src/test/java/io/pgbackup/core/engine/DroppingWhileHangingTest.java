package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalPushResult;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One repository neither answers nor fails, another is away, and the server has too much WAL: the limit is kept all the same, what the slow one takes after all is not lost, and a key service that
 * cannot be asked is no reason to give anything up.
 */
class DroppingWhileHangingTest {
    private static final String CLUSTER = "main";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path work;

    private final AtomicBoolean nearDown = new AtomicBoolean();
    private final Holding.Grip farGrip = new Holding.Grip();
    private final AtomicLong nanoseconds = new AtomicLong();
    private final PgBackupRuntime runtime =
            PgBackupRuntime.builder().ticker(nanoseconds::get).build();
    private final MemoryKeyService service = new MemoryKeyService().rotate("backup");
    private SyntheticWal wal;

    private Repository near;
    private Repository far;
    private Repository kept;

    @BeforeEach
    void begin() {
        wal = new SyntheticWal(work.resolve("pg_wal"));
        EncryptionKey key = Site.key(Site.KEY);
        near = made("near", new Faults(storage -> new Refusing(storage, nearDown)), key);
        far = made("far", new Faults(storage -> new Holding(storage, farGrip)), key);
        kept = made("kept", new Faults(storage -> storage), EncryptionKey.wrappedBy(service.key("backup")));
    }

    @AfterEach
    void end() {
        farGrip.letGo();
        runtime.close();
    }

    private Repository made(String name, Faults faults, EncryptionKey key) {
        Repository repository = Repository.at("faulty://" + work.resolve(name))
                .with(faults)
                .encryptedWith(key)
                .named(name)
                .build();
        Repositories all = new Repositories(List.of(repository), InstantSource.system());
        all.create(repository);
        try (OpenRepository open = all.open(repository)) {
            new IdentityRecords(open, ClusterLayout.of(CLUSTER)).claim(SyntheticWal.SERVER);
        }
        return repository;
    }

    private PgBackup open(Repository... repositories) {
        PgBackup.Builder builder = PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .walPolicy(WalPolicy.all().droppingBeyond(2L << 20, work.resolve("notes")))
                .runtime(runtime);
        for (Repository repository : repositories) {
            builder = builder.repository(repository);
        }
        return builder.build();
    }

    private static CompletableFuture<WalPushResult> pushing(PgBackup pg, Path segment) {
        return CompletableFuture.supplyAsync(() -> pg.wal().push(segment));
    }

    /** The second segment, which nobody takes for the while that one looks. */
    private CompletableFuture<WalPushResult> pushingInVain(PgBackup pg) {
        CompletableFuture<WalPushResult> push = pushing(pg, segment(2));
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !push.isDone());
        return push;
    }

    private void pass(Duration time) {
        nanoseconds.addAndGet(time.toNanos());
    }

    private Path segment(long number) {
        return work.resolve("pg_wal").resolve(SyntheticWal.name(1, number).toString());
    }

    private void requireDropped(CompletableFuture<WalPushResult> push) {
        await().atMost(PATIENCE).until(push::isDone);
        assertThat(push.join().repositories())
                .containsEntry("near", Outcome.DROPPED)
                .containsEntry("far", Outcome.DROPPED);
    }

    private void tooMuch() throws IOException {
        for (long number = 2; number <= 5; number++) {
            wal.ready(number);
        }
    }

    @Test
    void whoHangsIsWaitedForOnceAndThenTheLimitIsKept() throws IOException {
        try (PgBackup pg = open(near, far)) {
            pg.wal().push(wal.segment(1, 1));
            nearDown.set(true);
            farGrip.hold();
            tooMuch();
            CompletableFuture<WalPushResult> push = pushingInVain(pg);
            pass(Duration.ofSeconds(21));
            requireDropped(push);
            Files.delete(wal.status(2));
            // Nobody waits again for who was silent a moment ago.
            requireDropped(pushing(pg, segment(3)));
            Files.delete(wal.status(3));
            farGrip.letGo();
            nearDown.set(false);
            pass(Duration.ofMinutes(1));
            assertThat(pushing(pg, segment(4)).join().repositories())
                    .containsEntry("near", Outcome.STORED)
                    .containsEntry("far", Outcome.STORED);
            await().atMost(PATIENCE).until(() -> pg.wal().gaps(near).isEmpty());
            assertThat(pg.wal().fetch(SyntheticWal.name(1, 3).toString(), work.resolve("x")))
                    .as("the server still had it")
                    .isTrue();
        }
    }

    @Test
    void whoHangsBeforeItIsOpenKeepsNobodyEither() throws IOException {
        nearDown.set(true);
        farGrip.hold();
        tooMuch();
        try (PgBackup pg = open(near, far)) {
            CompletableFuture<WalPushResult> push = pushingInVain(pg);
            pass(Duration.ofSeconds(21));
            requireDropped(push);
            farGrip.letGo();
        }
    }

    @Test
    void whoIsSlowKeepsWhatAnotherLoses() throws IOException {
        try (PgBackup pg = open(near, far)) {
            pg.wal().push(wal.segment(1, 1));
            nearDown.set(true);
            farGrip.hold();
            tooMuch();
            CompletableFuture<WalPushResult> push = pushingInVain(pg);
            pass(Duration.ofSeconds(15));
            farGrip.letGo();
            await().atMost(PATIENCE).until(push::isDone);
            assertThat(push.join().repositories())
                    .containsEntry("near", Outcome.LATER)
                    .containsEntry("far", Outcome.STORED);
            assertThat(work.resolve("notes/main.dropped")).doesNotExist();
        }
    }

    private void refused(PgBackup pg, ErrorCode code) {
        CompletableFuture<WalPushResult> push = pushing(pg, segment(2));
        pass(Duration.ofSeconds(1));
        await().atMost(PATIENCE).until(push::isDone);
        assertThatThrownBy(push::join)
                .cause()
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
        assertThat(work.resolve("notes/main.dropped")).doesNotExist();
    }

    @Test
    void aKeyThatIsDeniedIsNoReason() throws IOException {
        service.refuse("backup", Reason.DENIED);
        tooMuch();
        try (PgBackup pg = open(kept)) {
            // The second time it failed a moment ago.
            refused(pg, ErrorCode.KEY_SERVICE_DENIED);
            refused(pg, ErrorCode.KEY_SERVICE_DENIED);
        }
    }

    @Test
    void aKeyServiceThatIsAwayForLongIsNoReason() throws IOException {
        tooMuch();
        try (PgBackup pg = open(kept, near)) {
            service.breakDown(Integer.MAX_VALUE);
            nearDown.set(true);
            for (int round = 0; round < 2; round++) {
                CompletableFuture<WalPushResult> push = pushing(pg, segment(2));
                await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> !push.isDone());
                pass(Duration.ofSeconds(21));
                await().atMost(PATIENCE).until(push::isDone);
                assertThatThrownBy(push::join).hasMessageContaining("key management service of repository kept");
                assertThat(work.resolve("notes/main.dropped")).doesNotExist();
            }
            service.breakDown(0);
            nearDown.set(false);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> pushing(pg, segment(2))
                            .handle((done, failure) -> failure == null)
                            .join());
        }
    }
}
