package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Warning;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script without anybody behind it copies WAL into a spool; whoever comes later empties it, and loses nothing. */
class SpoolTest {
    private static final String CLUSTER = "main";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path work;

    private final AtomicBoolean down = new AtomicBoolean();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final List<Warning> told = new CopyOnWriteArrayList<>();
    private Repository repository;
    private SyntheticWal wal;
    private Path spool;
    private Path script;

    @BeforeEach
    void begin() {
        wal = new SyntheticWal(work.resolve("pg_wal"));
        spool = work.resolve("it's the spool");
        script = work.resolve("archive");
        repository = Repository.at("faulty://" + work.resolve("repository"))
                .with(new Faults(storage -> breaking(new Refusing(storage, down))))
                .encryptedWith(Site.key(Site.KEY))
                .named("one")
                .build();
        Repositories all = new Repositories(List.of(repository), InstantSource.system());
        all.create(repository);
        try (OpenRepository open = all.open(repository)) {
            new IdentityRecords(open, ClusterLayout.of(CLUSTER)).claim(SyntheticWal.SERVER);
        }
    }

    /** Once, in a way that nobody expects. */
    private Storage breaking(Storage storage) {
        return new ForwardingStorage(storage) {
            @Override
            public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
                if (broken.getAndSet(false)) {
                    throw new StackOverflowError("once");
                }
                super.create(key, payload, attributes);
            }
        };
    }

    private PgBackup open(long bytes) {
        return PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .repository(repository)
                .walPolicy(WalPolicy.all().spooledIn(spool, bytes))
                .listener(new OperationListener() {
                    @Override
                    public void warning(String operationId, Warning warning) {
                        told.add(warning);
                    }
                })
                .build();
    }

    private WalService serve(PgBackup pg) {
        return pg.wal().serve(work.resolve("service"));
    }

    /** Writes the script and goes away. */
    private void scriptFor(long bytes) {
        try (PgBackup pg = open(bytes);
                WalService service = serve(pg)) {
            assertThat(service.writeArchiveCommand(script)).endsWith(" %f %p");
        }
    }

    private record Ended(int code, String said) {}

    private Ended archive(Path file) throws Exception {
        Process process = new ProcessBuilder(script.toString(), String.valueOf(file.getFileName()), file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private Path waiting(long number) {
        return spool.resolve(SyntheticWal.name(1, number).toString());
    }

    private List<String> spooled() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theScriptAloneKeepsSegmentsOnceAndRefusesAnotherContent() throws Exception {
        scriptFor(16 << 20);
        Path segment = wal.segment(1, 7);
        assertThat(archive(segment)).isEqualTo(new Ended(0, ""));
        assertThat(waiting(7)).hasSameBinaryContentAs(segment);
        assertThat(archive(segment)).as("the same again").isEqualTo(new Ended(0, ""));
        wal.segment(SyntheticWal.name(1, 7), SyntheticWal.SERVER.systemIdentifier(), 4711);
        Ended other = archive(segment);
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.said()).contains("another file under this name");
        assertThat(spooled()).containsExactly(SyntheticWal.name(1, 7).toString());
        assertThat(archive(work.resolve("pg_wal/000000010000000000000099")).code())
                .isEqualTo(1);
    }

    @Test
    void aFullOrAbsentSpoolFailsTheCommandAndLeavesNothingBehind() throws Exception {
        scriptFor(2 << 20);
        assertThat(archive(wal.segment(1, 1)).code()).isZero();
        Ended full = archive(wal.segment(1, 2));
        assertThat(full.code()).isEqualTo(1);
        assertThat(full.said()).contains("is full");
        assertThat(spooled()).containsExactly(SyntheticWal.name(1, 1).toString());
        Files.delete(waiting(1));
        Files.delete(spool);
        Ended absent = archive(wal.segment(1, 2));
        assertThat(absent.code()).isEqualTo(1);
        assertThat(absent.said()).contains("is its disk there");
        assertThat(spool).doesNotExist();
    }

    @Test
    void whatWaitsIsBroughtByWhoComesLaterAndIsFetchedMeanwhile() throws Exception {
        scriptFor(64 << 20);
        for (long number = 7; number <= 30; number++) {
            assertThat(archive(wal.segment(1, number)).code()).isZero();
        }
        assertThat(archive(wal.history(2, "1\t0/A00028\tx\n")).code()).isZero();
        down.set(true);
        try (PgBackup pg = open(64 << 20);
                WalService service = serve(pg)) {
            assertThat(service).isNotNull();
            Path target = work.resolve("fetched");
            assertThat(pg.wal().fetch(SyntheticWal.name(1, 9).toString(), target))
                    .as("the repository is away, but the file is here")
                    .isTrue();
            assertThat(target).hasSameBinaryContentAs(wal.segment(1, 9));
            assertThat(spooled()).hasSize(25);
            down.set(false);
            await().atMost(PATIENCE).until(() -> spooled().isEmpty());
            assertThat(pg.wal().fetch(SyntheticWal.name(1, 30).toString(), target))
                    .isTrue();
            assertThat(target).hasSameBinaryContentAs(wal.segment(1, 30));
            assertThat(pg.wal().gaps(repository)).isEmpty();
        }
    }

    @Test
    void anErrorThatNobodyExpectsEndsNothing() throws Exception {
        scriptFor(64 << 20);
        assertThat(archive(wal.segment(1, 7)).code()).isZero();
        broken.set(true);
        try (PgBackup pg = open(64 << 20);
                WalService service = serve(pg)) {
            assertThat(service).isNotNull();
            await().atMost(PATIENCE).until(() -> spooled().isEmpty());
            assertThat(broken).isFalse();
            assertThat(pg.wal().fetch(SyntheticWal.name(1, 7).toString(), work.resolve("fetched")))
                    .isTrue();
        }
    }

    @Test
    void whatContradictsTheArchiveStaysAndStopsWhatFollows() throws Exception {
        try (PgBackup pg = open(64 << 20)) {
            pg.wal().push(wal.segment(1, 7));
        }
        scriptFor(64 << 20);
        wal.segment(SyntheticWal.name(1, 7), SyntheticWal.SERVER.systemIdentifier(), 4711);
        assertThat(archive(work.resolve("pg_wal")
                                .resolve(String.valueOf(waiting(7).getFileName())))
                        .code())
                .isZero();
        assertThat(archive(wal.segment(1, 8)).code()).isZero();
        Files.setLastModifiedTime(waiting(7), FileTime.from(Instant.now().minus(Duration.ofMinutes(10))));
        try (PgBackup pg = open(64 << 20);
                WalService service = serve(pg)) {
            assertThat(service).isNotNull();
            await().atMost(PATIENCE)
                    .until(() -> told.stream()
                            .anyMatch(warning -> warning.subject().startsWith("spool ")
                                    && warning.message().contains("no repository has them")));
            assertThat(waiting(7)).exists();
            assertThat(waiting(8)).exists();
        }
    }

    @Test
    void aCopyThatWasKilledIsRemovedWhenNobodyCanWorkAtIt() throws Exception {
        Files.createDirectories(spool);
        Path old = Files.writeString(spool.resolve(".000000010000000000000007.123.part"), "x");
        Path fresh = Files.writeString(spool.resolve(".000000010000000000000008.124.part"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        try (PgBackup pg = open(64 << 20);
                WalService service = serve(pg)) {
            assertThat(service).isNotNull();
            await().atMost(PATIENCE).until(() -> Files.notExists(old));
            assertThat(fresh).exists();
        }
    }

    @Test
    void aSpoolThatGivesUpIsRefused() {
        assertThatThrownBy(() -> WalPolicy.all().spooledIn(spool, 1 << 20).droppingBeyond(1, spool))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WalPolicy.all().spooledIn(spool, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
