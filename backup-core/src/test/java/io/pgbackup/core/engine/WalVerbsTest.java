package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.wal.WalGap;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalPushResult;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WAL files go into repositories once and come back, whatever is pushed, twice, at once, or while a repository is down. */
class WalVerbsTest {
    private static final String CLUSTER = "main";

    @TempDir
    Path work;

    private SyntheticWal wal() {
        return new SyntheticWal(work.resolve("pg_wal"));
    }

    private static Repository inMemory(String name) {
        return Repository.at("memory:" + name + "-" + UUID.randomUUID())
                .encryptedWith(Site.key(Site.KEY))
                .named(name)
                .build();
    }

    /** Knows the synthetic server. */
    private static PgBackup open(WalPolicy policy, Repository... repositories) {
        Repositories all = new Repositories(List.of(repositories), InstantSource.system());
        PgBackup.Builder builder =
                PgBackup.of(Cluster.named(CLUSTER).withoutServer()).walPolicy(policy);
        for (Repository repository : repositories) {
            all.create(repository);
            try (OpenRepository open = all.open(repository)) {
                new IdentityRecords(open, ClusterLayout.of(CLUSTER)).claim(SyntheticWal.SERVER);
            }
            builder.repository(repository);
        }
        return builder.build();
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private void requireFetched(PgBackup pg, Path pushed) throws IOException {
        Path target = work.resolve("fetched-" + UUID.randomUUID());
        assertThat(pg.wal().fetch(String.valueOf(pushed.getFileName()), target)).isTrue();
        assertThat(target).hasSameBinaryContentAs(pushed);
        Files.delete(target);
    }

    @Test
    void whatWasPushedIsFetchedByteForByte() throws IOException {
        try (PgBackup pg = open(WalPolicy.all(), inMemory("one"))) {
            List<Path> files = List.of(
                    wal().segment(1, 7),
                    wal().history(2, "1\t0/700028\tno recovery target specified\n"),
                    wal().file("000000010000000000000007.00000028.backup", "START WAL LOCATION: 0/700028\n".getBytes()),
                    wal().segment(
                                    WalFileName.parse("000000010000000000000008.partial"),
                                    SyntheticWal.SERVER.systemIdentifier(),
                                    8));
            for (Path file : files) {
                assertThat(pg.wal().push(file).repositories()).containsEntry("one", Outcome.STORED);
                requireFetched(pg, file);
            }
            assertThat(pg.wal().fetch("000000010000000000000008", work.resolve("absent")))
                    .as("a partial segment is not the segment")
                    .isFalse();
            assertThat(work.resolve("absent")).doesNotExist();
        }
    }

    @Test
    void theSameContentIsFineAgainAndAnotherIsAConflict() {
        try (PgBackup pg = open(WalPolicy.all(), inMemory("one"))) {
            Path segment = wal().segment(1, 7);
            pg.wal().push(segment);
            assertThat(pg.wal().push(segment).repositories()).containsEntry("one", Outcome.PRESENT);
            wal().segment(SyntheticWal.name(1, 7), SyntheticWal.SERVER.systemIdentifier(), 4711);
            refused(ErrorCode.WAL_CONFLICT, () -> pg.wal().push(segment));
            Path history = wal().history(2, "1\t0/700028\tone branch\n");
            pg.wal().push(history);
            wal().history(2, "1\t0/800028\tanother branch\n");
            refused(ErrorCode.WAL_CONFLICT, () -> pg.wal().push(history));
        }
    }

    @Test
    void filesThatAreNotWhatTheirNameSaysAreRefused() {
        try (PgBackup pg = open(WalPolicy.all(), inMemory("one"))) {
            long system = SyntheticWal.SERVER.systemIdentifier();
            Path renamed = wal().segment(SyntheticWal.name(1, 7), system, 1)
                    .resolveSibling(SyntheticWal.name(1, 8).toString());
            assertThat(wal().segment(1, 7).toFile().renameTo(renamed.toFile())).isTrue();
            refused(ErrorCode.WAL_INVALID, () -> pg.wal().push(renamed));
            refused(
                    ErrorCode.WAL_INVALID,
                    () -> pg.wal().push(wal().file(SyntheticWal.name(1, 9).toString(), new byte[1 << 20])));
            refused(
                    ErrorCode.WAL_INVALID,
                    () -> pg.wal().push(wal().file(SyntheticWal.name(1, 9).toString(), new byte[0])));
            refused(ErrorCode.WAL_INVALID, () -> pg.wal().push(wal().file("postgresql.conf", new byte[1])));
            refused(
                    ErrorCode.SOURCE_UNREADABLE,
                    () -> pg.wal().push(work.resolve(SyntheticWal.name(1, 10).toString())));
            refused(
                    ErrorCode.WRONG_CLUSTER,
                    () -> pg.wal().push(wal().segment(SyntheticWal.name(1, 11), system + 1, 1)));
            refused(ErrorCode.INVALID_REQUEST, () -> pg.wal().fetch("../etc/passwd", work.resolve("x")));
        }
    }

    @Test
    void manyPushesOfOneSegmentAtOnceStoreItOnce() {
        Repository repository = inMemory("one");
        try (PgBackup one = open(WalPolicy.all(), repository);
                PgBackup other = PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                        .repository(repository)
                        .build()) {
            Path segment = wal().segment(1, 7);
            List<Outcome> outcomes = IntStream.range(0, 32)
                    .parallel()
                    .mapToObj(at -> (at % 2 == 0 ? one : other).wal().push(segment))
                    .map(result -> result.repositories().get("one"))
                    .toList();
            assertThat(outcomes).filteredOn(Outcome.STORED::equals).hasSize(1);
            assertThat(outcomes).filteredOn(Outcome.PRESENT::equals).hasSize(31);
        }
    }

    @Test
    void aPolicyThatCouldNeverBeFulfilledIsRefused() {
        PgBackup.Builder builder = PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .repository(inMemory("one"))
                .walPolicy(WalPolicy.atLeast(2));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at least 2");
        assertThatThrownBy(() -> WalPolicy.atLeast(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aGapIsFoundByNames() {
        Repository repository = inMemory("one");
        try (PgBackup pg = open(WalPolicy.all(), repository)) {
            for (long number : new long[] {7, 8, 11, 4095, 4096, 4097}) {
                pg.wal().push(wal().segment(1, number));
            }
            assertThat(pg.wal().gaps(repository))
                    .containsExactly(
                            new WalGap("one", 1, name(9), name(10), 2, Optional.empty()),
                            new WalGap("one", 1, name(12), name(4094), 4083, Optional.empty()));
        }
    }

    private static String name(long number) {
        return SyntheticWal.name(1, number).toString();
    }

    /** A directory that can be switched off. */
    private Repository switched(String name, AtomicBoolean down) {
        Faults faults = new Faults(storage -> new Refusing(storage, down));
        return Repository.at("faulty://" + work.resolve(name))
                .with(faults)
                .encryptedWith(Site.key(Site.hexKey(name.hashCode())))
                .named(name)
                .build();
    }

    @Test
    void aRepositoryThatIsDownIsPassedOverOnlyIfThePolicyAllowsAndCaughtUpByItself() throws IOException {
        AtomicBoolean down = new AtomicBoolean();
        Repository near = inMemory("near");
        Repository far = switched("far", down);
        try (PgBackup strict = open(WalPolicy.all(), near, far);
                PgBackup pg = PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                        .repository(near)
                        .repository(far)
                        .walPolicy(WalPolicy.any())
                        .build()) {
            pg.wal().push(wal().segment(1, 7));
            await().until(() -> pg.wal().catchUp(far).isEmpty());
            down.set(true);
            refused(ErrorCode.STORAGE_DENIED, () -> strict.wal().push(wal().segment(1, 8)));
            WalPushResult late = pg.wal().push(wal().segment(1, 9));
            assertThat(late.repositories()).containsEntry("near", Outcome.STORED);
            pg.wal().push(wal().segment(1, 8));
            requireFetched(pg, wal().segment(1, 9));

            down.set(false);
            assertThat(pg.wal().catchUp(far)).containsExactly(name(8), name(9));
            assertThat(pg.wal().gaps(far)).isEmpty();
            strict.wal().push(wal().segment(1, 10));
        }
        try (PgBackup alone = PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .repository(far)
                .build()) {
            for (long number = 7; number <= 10; number++) {
                requireFetched(alone, wal().segment(1, number));
            }
        }
    }

    @Test
    void anErrorIsNeverTakenForAMissingFile() throws IOException {
        AtomicBoolean down = new AtomicBoolean();
        Repository near = inMemory("near");
        Repository far = switched("far", down);
        try (PgBackup pg = open(WalPolicy.all(), near, far)) {
            pg.wal().push(wal().segment(1, 7));
            assertThat(pg.wal().fetch(name(8), work.resolve("x"))).isFalse();
            down.set(true);
            refused(ErrorCode.STORAGE_DENIED, () -> pg.wal().fetch(name(8), work.resolve("x")));
            requireFetched(pg, wal().segment(1, 7));
            down.set(false);
            assertThat(pg.wal().fetch(name(8), work.resolve("x"))).isFalse();
        }
    }

    @Test
    void aDamagedFileIsAnErrorUnlessAnotherRepositoryHasIt() throws IOException {
        Repository near = switched("near", new AtomicBoolean());
        Repository far = switched("far", new AtomicBoolean());
        try (PgBackup pg = open(WalPolicy.all(), near, far)) {
            Path segment = wal().segment(1, 7);
            pg.wal().push(segment);
            flip(work.resolve("near"));
            requireFetched(pg, segment);
            flip(work.resolve("far"));
            refused(ErrorCode.REPOSITORY_DAMAGED, () -> pg.wal().fetch(name(7), work.resolve("x")));
        }
    }

    private void flip(Path repository) throws IOException {
        Path object = repository.resolve(CLUSTER + "/wal/1/00000001/0000000100000000/" + name(7));
        byte[] bytes = Files.readAllBytes(object);
        bytes[bytes.length / 2] ^= 1;
        object.toFile().setWritable(true);
        Files.write(object, bytes);
    }
}
