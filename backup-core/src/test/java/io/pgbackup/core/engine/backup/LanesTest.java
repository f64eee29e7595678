package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupType;
import io.pgbackup.CancellationToken;
import io.pgbackup.Compression;
import io.pgbackup.backup.BackupOutcome;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JobRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.Verb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One backup into several repositories in memory: each set must come back, whatever happens to the others. */
class LanesTest {
    private static final ClusterPath TABLE = ClusterPath.of("base/1/16384");
    private static final ClusterPath PLAIN = ClusterPath.of("pg_xact/0000");
    private static final int PAGE = FakeCluster.PAGE_SIZE;
    private static final YearMonth MONTH = YearMonth.of(2026, 1);

    private final Place sound = Place.encrypted("sound", Compression.zstd(1));
    private final Place other = Place.plain("other");

    private static FakeCluster cluster(Random random, int blocks) {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(TABLE, FakeCluster.pages(random, 1, 0, blocks));
        cluster.files.put(
                PLAIN,
                random.ints(20_000)
                        .collect(() -> new ByteArrayOutputStream(), (out, value) -> out.write(value), (a, b) -> {})
                        .toByteArray());
        return cluster;
    }

    private static void change(FakeCluster cluster, Random random, long lsn) {
        byte[] table = cluster.files.getOrDefault(TABLE, new byte[0]).clone();
        for (int change = 0; change < 3; change++) {
            int block = random.nextInt(table.length / PAGE);
            System.arraycopy(FakeCluster.page(random, lsn, block), 0, table, block * PAGE, PAGE);
        }
        cluster.files.put(TABLE, table);
        byte[] plain = cluster.files.getOrDefault(PLAIN, new byte[0]).clone();
        plain[random.nextInt(plain.length)] ^= (byte) random.nextInt(2);
        cluster.files.put(PLAIN, plain);
        if (random.nextInt(3) == 0) {
            ClusterPath fresh = ClusterPath.of("base/1/" + (20000 + random.nextInt(100)));
            cluster.files.put(fresh, FakeCluster.pages(random, lsn, 0, 1 + random.nextInt(20)));
        }
    }

    private static void assertSame(
            ConcurrentSkipListMap<ClusterPath, byte[]> restored, ConcurrentSkipListMap<ClusterPath, byte[]> expected) {
        assertThat(restored.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((path, content) -> assertThat(Arrays.equals(restored.get(path), content))
                .as("%s", path)
                .isTrue());
    }

    private static BackupResult succeeded(BackupOutcomes outcomes, Place place) {
        BackupOutcome outcome = outcomes.in(place.repository);
        assertThat(outcome).isInstanceOf(BackupOutcome.Succeeded.class);
        return ((BackupOutcome.Succeeded) outcome).result();
    }

    private static PgBackupException failed(BackupOutcomes outcomes, Place place) {
        BackupOutcome outcome = outcomes.in(place.repository);
        assertThat(outcome).isInstanceOf(BackupOutcome.Failed.class);
        return ((BackupOutcome.Failed) outcome).failure();
    }

    /** A set of one place, and what the cluster was then. */
    private record Taken(Place place, BackupResult backup, ConcurrentSkipListMap<ClusterPath, byte[]> state) {}

    @Property(tries = 15)
    void everySetOfEveryLaneComesBackAsItWas(@ForAll long seed) {
        Random random = new Random(seed);
        List<Place> places = List.of(
                Place.plain("first"),
                Place.encrypted("second", Compression.zstd(3)),
                Place.encrypted("third", Compression.none()));
        FakeCluster cluster = cluster(random, 40);
        List<Taken> taken = new ArrayList<>();
        try (LaneHarness harness = new LaneHarness(places.toArray(Place[]::new))) {
            for (int set = 0; set < 5; set++) {
                long lsn = 1000L * (set + 1);
                change(cluster, random, lsn - 1);
                List<Place> chosen =
                        places.stream().filter(place -> random.nextInt(3) > 0).toList();
                if (!chosen.isEmpty()) {
                    BackupOutcomes outcomes = harness.take(cluster, lsn, BackupRequest.auto(), chosen);
                    assertThat(outcomes.allSucceeded()).isTrue();
                    chosen.forEach(place -> taken.add(new Taken(place, succeeded(outcomes, place), cluster.copy())));
                }
            }
            taken.forEach(set -> assertSame(harness.restore(set.place, set.backup.label()), set.state));
        }
    }

    /** The lanes that know an unchanged file look at it while the others store it. The log may be read once more: it is asked what it says. */
    @Test
    void everyByteOfTheClusterIsReadOnce() {
        FakeCluster cluster = cluster(new Random(1), 3000);
        Map<String, Integer> reads = new ConcurrentHashMap<>();
        cluster.beforeRead = (path, position) -> reads.merge(path + "@" + position, 1, Integer::sum);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            harness.take(cluster, 1000, BackupRequest.full(), List.of(sound));
            reads.clear();
            BackupOutcomes outcomes = harness.take(cluster, 2000, BackupRequest.auto(), List.of(sound, other));
            assertThat(reads)
                    .isNotEmpty()
                    .allSatisfy((place, count) ->
                            assertThat(count).as(place).isBetween(1, place.startsWith("pg_wal/") ? 2 : 1));
            assertThat(succeeded(outcomes, sound).label().type()).isEqualTo(BackupType.INCREMENTAL);
            assertThat(succeeded(outcomes, other).label().type()).isEqualTo(BackupType.FULL);
        }
    }

    @Test
    void aRepositoryWithoutABaseFailsAlone() {
        FakeCluster cluster = cluster(new Random(1), 10);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            harness.take(cluster, 1000, BackupRequest.full(), List.of(sound));
            BackupOutcomes outcomes = harness.take(cluster, 2000, BackupRequest.incremental(), List.of(other, sound));
            assertThat(succeeded(outcomes, sound).backup().base()).isPresent();
            assertThat(failed(outcomes, other).code()).isEqualTo(ErrorCode.NO_BASE);
            assertThatThrownBy(outcomes::orThrow).isSameAs(failed(outcomes, other));
            assertThat(harness.warnings)
                    .anySatisfy(warning -> assertThat(warning.subject()).isEqualTo("repository other"));
        }
    }

    @Test
    void aBackupThatIsEncryptedInSomeRepositoriesOnlyWarns() {
        FakeCluster cluster = cluster(new Random(1), 10);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            BackupOutcomes outcomes = harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other));
            assertThat(outcomes.results())
                    .allSatisfy(result -> assertThat(result.warnings())
                            .anySatisfy(warning -> assertThat(warning.message())
                                    .contains("encrypted")
                                    .endsWith("other")));
            harness.take(cluster, 2000, BackupRequest.full(), List.of(other));
            assertThat(harness.warnings).isEmpty();
        }
    }

    @Test
    void aBackupThatFailsEverywhereThrowsTheFirstFailureWithTheOthers() {
        FakeCluster cluster = cluster(new Random(1), 10);
        sound.faults = storage -> new Strike(storage, 1, true);
        other.faults = storage -> new Strike(storage, 1, true);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            PgBackupException failure = catchThrowableOfType(
                    PgBackupException.class,
                    () -> harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other)));
            assertThat(failure.getMessage()).contains("sound");
            assertThat(failure.getSuppressed())
                    .anySatisfy(second -> assertThat(second.getMessage()).contains("other"));
        }
    }

    @Test
    void aClusterThatCannotBeReadEndsEveryLane() {
        FakeCluster cluster = cluster(new Random(1), 10);
        cluster.beforeRead = (path, position) -> {
            throw new UncheckedIOException(new IOException("the disk is broken"));
        };
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            assertThatThrownBy(() -> harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other)))
                    .hasMessageContaining("the disk is broken");
            requireSettled(sound, 1);
            requireSettled(other, 1);
        }
    }

    @Test
    void aCancellationEndsEveryLane() {
        FakeCluster cluster = cluster(new Random(1), 10);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            CancellationToken token = harness.token;
            cluster.beforeRead = (path, position) -> token.cancel();
            assertThatThrownBy(() -> harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other)))
                    .isInstanceOf(OperationCancelledException.class);
            requireSettled(sound, 1);
            requireSettled(other, 1);
        }
    }

    /** Nothing is committed, nothing is left open for others to wait for, and every operation has left its record. */
    private static void requireSettled(Place place, int jobs) {
        ClusterLayout layout = ClusterLayout.of(LaneHarness.CLUSTER);
        try (OpenRepository repository = place.open()) {
            assertThat(new Catalog(repository, layout).backups()).isEmpty();
            assertThat(new Catalog(repository, layout).labels().unsettled()).isEmpty();
            assertThat(new Leases(repository, layout).unsettled()).isEmpty();
            assertThat(new JobRecords(repository, layout).of(MONTH)).hasSize(jobs);
        }
    }

    /** Fails at one call, or at that one and all that follow. */
    private static final class Strike extends ForwardingStorage {
        private final int from;
        private final boolean forGood;
        private boolean dropped;
        private final AtomicInteger calls = new AtomicInteger();

        Strike(Storage delegate, int from, boolean forGood) {
            super(delegate);
            this.from = from;
            this.forGood = forGood;
        }

        boolean happened() {
            return calls.get() >= from;
        }

        private void strike(Object subject) throws StorageException {
            int call = calls.incrementAndGet();
            if (call == from || forGood && call > from) {
                throw new StorageFaultException("planned failure of call " + call + ", " + subject);
            }
        }

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            strike(key);
            super.create(key, payload, attributes);
        }

        @Override
        public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
            strike(key);
            return super.read(key, range);
        }

        @Override
        public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
            strike(key);
            return super.stat(key);
        }

        @Override
        public Listing list(ObjectPrefix prefix) throws StorageException {
            strike(prefix);
            return super.list(prefix);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLaneThatFailsAtAnyCallLeavesTheOtherAlone(boolean forGood) {
        int dropped = 0;
        int call = 1;
        while (call < 1000) {
            Strike strike = oneBackupWith(call, forGood);
            if (!strike.happened()) {
                break;
            }
            dropped += strike.dropped ? 1 : 0;
            call++;
        }
        assertThat(call).as("calls of a backup").isBetween(20, 999);
        assertThat(dropped).as("calls whose failure ends the lane").isGreaterThan(15);
    }

    /** A full backup to two repositories, then an incremental while one of them fails at one call. */
    private static Strike oneBackupWith(int call, boolean forGood) {
        Place sound = Place.encrypted("sound", Compression.zstd(1));
        Place other = Place.plain("other");
        Random random = new Random(call);
        FakeCluster cluster = cluster(random, 20);
        List<Strike> strikes = new ArrayList<>();
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other));
            change(cluster, random, 1999);
            other.faults = storage -> {
                strikes.add(new Strike(storage, call, forGood));
                return strikes.get(0);
            };
            BackupOutcomes outcomes = harness.take(cluster, 2000, BackupRequest.incremental(), List.of(other, sound));
            assertSame(harness.restore(sound, succeeded(outcomes, sound).label()), cluster.copy());
            if (outcomes.in(other.repository) instanceof BackupOutcome.Succeeded fine) {
                assertSame(harness.restore(other, fine.result().label()), cluster.copy());
            } else {
                strikes.get(0).dropped = true;
                requireNothingHalf(other, forGood);
            }
        }
        return strikes.get(0);
    }

    /** The dropped set is not listed, and the next backup need not wait for it if the store could be told that it has ended. */
    private static void requireNothingHalf(Place place, boolean forGood) {
        ClusterLayout layout = ClusterLayout.of(LaneHarness.CLUSTER);
        try (OpenRepository repository = place.open()) {
            assertThat(new Catalog(repository, layout).backups()).hasSize(1);
            if (!forGood) {
                assertThat(new Leases(repository, layout).unsettled()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE **/lease/*",
                "CREATE **/begin",
                "CREATE **/start",
                "READ **/manifest/**",
                "CREATE **/bundle/**",
                "CREATE **/manifest/**",
                "CREATE **/backup/*"
            })
    void aLaneThatHangsIsDropped(String where) {
        Verb verb = Verb.valueOf(where.split(" ")[0]);
        String keys = where.split(" ")[1];
        Random random = new Random(1);
        FakeCluster cluster = cluster(random, 20);
        AtomicBoolean reached = new AtomicBoolean();
        CountDownLatch released = new CountDownLatch(1);
        try (LaneHarness harness = new LaneHarness(sound, other)) {
            harness.take(cluster, 1000, BackupRequest.full(), List.of(sound, other));
            change(cluster, random, 1999);
            other.faults = storage -> {
                FaultyStorage faulty = FaultyStorage.around(storage);
                faulty.on(verb).matching(keys).meanwhile(() -> {
                    reached.set(true);
                    released.await();
                });
                return faulty;
            };
            harness.patience = repository ->
                    repository == other.repository && reached.get() ? Duration.ofNanos(1) : Duration.ofMinutes(5);
            BackupOutcomes outcomes = harness.take(cluster, 2000, BackupRequest.incremental(), List.of(other, sound));
            assertThat(reached).isTrue();
            PgBackupException failure = failed(outcomes, other);
            assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
            assertThat(failure.getMessage()).contains("no answer within");
            assertSame(harness.restore(sound, succeeded(outcomes, sound).label()), cluster.copy());
        } finally {
            released.countDown();
        }
    }
}
