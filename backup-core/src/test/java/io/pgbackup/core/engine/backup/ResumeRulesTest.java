package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.Compression;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.backup.base.Adoption;
import io.pgbackup.core.engine.backup.base.InterruptedSets;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.retention.Expiry;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which interrupted sets a new one takes over from, and what happens if something of them is gone. */
class ResumeRulesTest {
    private final FakeCluster cluster = cluster();
    private final SetHarness harness = new SetHarness();
    private long lsn = 1000;

    @AfterEach
    void close() {
        harness.close();
    }

    private static FakeCluster cluster() {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        for (int table = 0; table < 4; table++) {
            cluster.files.put(
                    ClusterPath.of("base/1/" + (16384 + table)), FakeCluster.pages(new Random(table), 1, 0, 70));
        }
        return cluster;
    }

    /** Every file changes as a whole, so that also an incremental set stores much. */
    private void changeEverything() {
        cluster.files.replaceAll((path, content) -> content.length < 100
                ? content
                : FakeCluster.pages(new Random(lsn + path.hashCode()), lsn, 0, content.length / FakeCluster.PAGE_SIZE));
    }

    private BackupRecord take(BackupRequest.Draft draft) {
        lsn += 1000;
        BackupRecord record = harness.take(draft, cluster, lsn);
        RandomChanges.assertSame(harness.restore(record), cluster.copy());
        return record;
    }

    /** Everything is stored but the commit record. */
    private BackupLabel interrupt(BackupRequest.Draft draft) {
        lsn += 1000;
        harness.storage.dieBefore(key -> key.startsWith("model/backup/"));
        assertThat(harness.take(draft, cluster, lsn, Long.MAX_VALUE)).isEmpty();
        List<BackupLabel> labels = new Catalog(harness.repository, harness.layout).abandoned();
        return labels.get(labels.size() - 1);
    }

    private static List<BackupLabel> adopted(BackupRecord record) {
        return record.adopted().labels();
    }

    @Test
    void aFullOneIsTakenOverByAFullOneOnly() {
        BackupLabel first = interrupt(BackupRequest.full());
        assertThat(adopted(take(BackupRequest.auto()))).containsExactly(first);
        changeEverything();
        BackupLabel second = interrupt(BackupRequest.full());
        assertThat(adopted(take(BackupRequest.incremental()))).isEmpty();
        assertThat(adopted(take(BackupRequest.full()))).containsExactly(second);
    }

    @Test
    void aDependentOneIsTakenOverOnTheSameBaseWhateverItsType() {
        BackupRecord full = take(BackupRequest.full());
        changeEverything();
        BackupLabel interrupted = interrupt(BackupRequest.incremental());
        BackupRecord differential = take(BackupRequest.differential());
        assertThat(adopted(differential)).containsExactly(interrupted);
        assertThat(differential.references()).containsExactly(full.label(), interrupted);
        assertThat(differential.base()).contains(full.label());
        assertThat(harness.totals.changedPages()).isZero();
    }

    @Test
    void aDependentOneIsNotTakenOverByAFullOneNorOnAnotherBase() {
        take(BackupRequest.full());
        changeEverything();
        interrupt(BackupRequest.incremental());
        BackupRecord upon = take(BackupRequest.incremental().withoutResume());
        assertThat(adopted(upon)).isEmpty();
        changeEverything();
        BackupRecord next = take(BackupRequest.incremental());
        assertThat(next.base()).contains(upon.label());
        assertThat(adopted(next)).isEmpty();
        assertThat(adopted(take(BackupRequest.full()))).isEmpty();
    }

    /** Or every later full backup would be a reference to the first. */
    @Test
    void nothingIsTakenOverOnceASetOnTheSameBaseIsCommitted() {
        BackupLabel interrupted = interrupt(BackupRequest.full());
        assertThat(adopted(take(BackupRequest.full()))).containsExactly(interrupted);
        assertThat(adopted(take(BackupRequest.full()))).isEmpty();
        changeEverything();
        BackupLabel differential = interrupt(BackupRequest.differential());
        assertThat(adopted(take(BackupRequest.differential()))).containsExactly(differential);
        assertThat(adopted(take(BackupRequest.differential()))).isEmpty();
    }

    @Test
    void whoWantsNoResumptionGetsNone() {
        interrupt(BackupRequest.full());
        assertThat(adopted(take(BackupRequest.full().withoutResume()))).isEmpty();
        assertThat(harness.totals.changedPages()).isEqualTo(280);
    }

    @Test
    void anotherServerTakesNothingOver() {
        interrupt(BackupRequest.full());
        for (ServerIdentity other : List.of(
                new ServerIdentity(2, 17, FakeCluster.PAGE_SIZE, 16 << 20),
                new ServerIdentity(1, 18, FakeCluster.PAGE_SIZE, 16 << 20),
                new ServerIdentity(1, 17, 2 * FakeCluster.PAGE_SIZE, 16 << 20))) {
            assertThat(found(other)).isEmpty();
        }
        assertThat(found(harness.server)).isPresent();
    }

    private Optional<Adoption> found(ServerIdentity server) {
        return new InterruptedSets(harness.repository, harness.layout, server, () -> {})
                .newest(Optional.empty(), Optional.empty());
    }

    @Test
    void anotherSeedIsNotTakenOver() {
        interrupt(BackupRequest.full());
        long seed = found(harness.server).orElseThrow().seed();
        InterruptedSets sets = new InterruptedSets(harness.repository, harness.layout, harness.server, () -> {});
        assertThat(sets.newest(Optional.empty(), Optional.of(seed))).isPresent();
        assertThat(sets.newest(Optional.empty(), Optional.of(seed + 1))).isEmpty();
    }

    @Test
    void anotherCodecReadsWhatItTakesOver() {
        BackupLabel interrupted = interrupt(BackupRequest.full());
        harness.reopen(Compression.none());
        changeHalf();
        assertThat(adopted(take(BackupRequest.full()))).containsExactly(interrupted);
    }

    private void changeHalf() {
        cluster.files.put(ClusterPath.of("base/1/16385"), FakeCluster.pages(new Random(99), 1, 0, 100));
        cluster.files.put(ClusterPath.of("base/1/16386"), FakeCluster.pages(new Random(98), 1, 0, 30));
    }

    /** The position that decides is where the attempt began, not its base; what changed after that is stored whatever its fingerprint. */
    @Test
    void aPageNewerThanTheAttemptIsStoredWhateverItsFingerprint() {
        harness.take(BackupRequest.full(), cluster, 1000);
        cluster.files.put(ClusterPath.of("base/1/16384"), FakeCluster.pages(new Random(7), 2999, 0, 50));
        cluster.files.put(ClusterPath.of("base/1/16385"), FakeCluster.pages(new Random(8), 3000, 0, 20));
        lsn = 2000;
        BackupLabel interrupted = interrupt(BackupRequest.incremental());
        assertThat(adopted(take(BackupRequest.incremental()))).containsExactly(interrupted);
        assertThat(harness.totals.changedPages()).isEqualTo(20);
    }

    /** Partial deletion, by whatever means: what is gone is stored anew, and never referred to. */
    @Test
    void whateverIsMissingOrCutOffIsStoredAnew() throws Exception {
        int still = 0;
        int tried = 0;
        for (boolean cut : new boolean[] {true, false}) {
            for (int index = 0, count = 1; index < count; index++, tried++) {
                try (SetHarness other = new SetHarness()) {
                    other.storage.dieBefore(created -> created.startsWith("model/backup/"));
                    assertThat(other.take(BackupRequest.full(), cluster, 1000, Long.MAX_VALUE))
                            .isEmpty();
                    List<ObjectKey> objects = other.memory.keys().stream()
                            .filter(key -> key.toString().startsWith("model/data/"))
                            .toList();
                    count = objects.size();
                    damage(other, objects.get(index), cut);
                    BackupRecord record = other.take(BackupRequest.full(), cluster, 2000);
                    RandomChanges.assertSame(other.restore(record), cluster.copy());
                    BackupRecord upon = other.take(BackupRequest.incremental(), cluster, 3000);
                    RandomChanges.assertSame(other.restore(upon), cluster.copy());
                    still += adopted(record).size();
                }
            }
        }
        assertThat(tried).isGreaterThan(40);
        assertThat(still).as("one bundle less makes not all useless").isGreaterThan(20);
    }

    private static void damage(SetHarness harness, ObjectKey key, boolean cut) throws Exception {
        byte[] bytes;
        try (InputStream in = harness.memory.read(key, ByteRange.all())) {
            bytes = in.readAllBytes();
        }
        harness.memory.delete(List.of(key));
        if (cut) {
            byte[] part = java.util.Arrays.copyOf(bytes, bytes.length / 2);
            harness.memory.create(key, Payload.of(part), ObjectAttributes.of(ObjectKind.BUNDLE));
        }
    }

    @Test
    void aSetThatExpireHasChosenIsNotTakenOver() {
        BackupLabel interrupted = interrupt(BackupRequest.full());
        new SetRecords(harness.repository, harness.layout).retire(interrupted, "test", Instant.EPOCH);
        assertThat(adopted(take(BackupRequest.full()))).isEmpty();
    }

    /** Retired after it was found and before the new set could say that it leans on it: the new one looks, and chooses again. */
    @Test
    void aSetThatExpireChoosesAtThatMomentIsLetGo() {
        BackupLabel interrupted = interrupt(BackupRequest.full());
        AtomicBoolean once = new AtomicBoolean();
        harness.storage.dieBefore(key -> {
            if (key.endsWith("/begin") && once.compareAndSet(false, true)) {
                new SetRecords(harness.repository, harness.layout).retire(interrupted, "test", Instant.EPOCH);
            }
            return false;
        });
        BackupRecord record = take(BackupRequest.full());
        assertThat(once).isTrue();
        assertThat(record.references()).isEmpty();
        assertThat(harness.totals.changedPages()).isEqualTo(280);
    }

    @Test
    void expireKeepsWhatASetHasTakenOverAndTheSetStaysABase() {
        BackupLabel interrupted = interrupt(BackupRequest.full());
        changeHalf();
        BackupRecord record = take(BackupRequest.full());
        assertThat(adopted(record)).containsExactly(interrupted);
        expire(Map.of());
        RandomChanges.assertSame(harness.restore(record), cluster.copy());
        changeHalf();
        BackupRecord upon = take(BackupRequest.incremental());
        assertThat(upon.base()).contains(record.label());
        assertThat(upon.references()).containsExactly(interrupted, record.label());
        BackupRecord other = take(BackupRequest.full());
        expire(Map.of(record.label(), "test", upon.label(), "test"));
        assertThat(harness.memory.keys().stream().filter(key -> key.toString().startsWith("model/data/")))
                .isNotEmpty()
                .allMatch(key -> key.toString().startsWith("model/data/" + other.label()));
    }

    private void expire(Map<BackupLabel, String> chosen) {
        Expiry.Ages atOnce = new Expiry.Ages(Duration.ZERO, Duration.ZERO);
        new Expiry(harness.repository, harness.layout, atOnce, InstantSource.system(), () -> {}).run(chosen);
    }
}
