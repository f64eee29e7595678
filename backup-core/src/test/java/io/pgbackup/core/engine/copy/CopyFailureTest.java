package io.pgbackup.core.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.CancellationToken;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.core.engine.LoneOperation;
import io.pgbackup.core.engine.MortalStorage;
import io.pgbackup.core.engine.MortalStorage.Death;
import io.pgbackup.core.engine.backup.FakeCluster;
import io.pgbackup.core.engine.backup.RandomChanges;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Copies that fail, die or are kept from beginning: what is listed is whole, and repeating leads to the goal. */
class CopyFailureTest {
    /** Behind the headers of the object and of its first frame. What follows the frames of files in a bundle no copy reads. */
    private static final int FIRST_PAYLOAD = 60;

    private static final int SETS = 2;
    private static final int PAGE = FakeCluster.PAGE_SIZE;
    private static final ClusterPath TABLE = ClusterPath.of("base/1/16384");

    /** A small chain and what the cluster held at each of its sets. */
    private static List<ConcurrentSkipListMap<ClusterPath, byte[]>> chain(CopySite site, Random random) {
        List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = new ArrayList<>();
        site.cluster.files.put(TABLE, FakeCluster.pages(random, 1, 0, 40));
        for (int set = 0; set < SETS; set++) {
            byte[] changed = site.cluster.files.getOrDefault(TABLE, new byte[0]).clone();
            System.arraycopy(FakeCluster.page(random, 1000L * set + 1, set), 0, changed, set * PAGE, PAGE);
            site.cluster.files.put(TABLE, changed);
            site.source.take(site.cluster, 1000L * (set + 1));
            states.add(site.cluster.copy());
        }
        return states;
    }

    private static PgBackupException failure(Runnable body) {
        return catchThrowableOfType(PgBackupException.class, body::run);
    }

    @Test
    void aCopyThatDiesAtAnyCallIsRepeatedToTheSameEnd() throws Exception {
        int inTarget = callsOf(Side.TARGET);
        int inSource = callsOf(Side.SOURCE);
        for (int call = 1; call <= inTarget; call++) {
            dieAndRepeat(Side.TARGET, Death.at(call, false));
        }
        for (int call = 1; call <= inSource; call++) {
            dieAndRepeat(Side.SOURCE, Death.at(call, false));
        }
    }

    private enum Side {
        SOURCE,
        TARGET
    }

    private static int callsOf(Side side) {
        Death never = Death.never();
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            copyMortal(site, side, never);
        }
        return never.calls();
    }

    private static CopyResult copyMortal(CopySite site, Side side, Death death) {
        UnaryOperator<Storage> mortal = storage -> new MortalStorage(storage, death);
        try (OpenRepository from = site.openSource(side == Side.SOURCE ? mortal : UnaryOperator.identity());
                OpenRepository to = site.openTarget(side == Side.TARGET ? mortal : UnaryOperator.identity())) {
            return site.copying(from, to).copy(CopySite.newest());
        }
    }

    private static void dieAndRepeat(Side side, Death death) throws Exception {
        try (CopySite site = new CopySite(new Random(1))) {
            List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = chain(site, new Random(1));
            Map<ObjectKey, byte[]> before = contentOf(site.sourceStore);
            PgBackupException failure = failure(() -> copyMortal(site, side, death));
            assertThat(death.isDead()).isEqualTo(failure != null);
            for (BackupRecord whole : site.held()) {
                RandomChanges.assertSame(
                        site.target.restore(whole),
                        states.get(whole.references().size()));
            }
            settle(site);
            site.copy(CopySite.newest());
            assertThat(site.held()).hasSize(SETS);
            for (int set = 0; set < SETS; set++) {
                RandomChanges.assertSame(site.target.restore(site.held().get(set)), states.get(set));
            }
            assertThat(contentOf(site.sourceStore).keySet()).isEqualTo(before.keySet());
            before.forEach((key, bytes) ->
                    assertThat(read(site.sourceStore, key)).as("%s", key).isEqualTo(bytes));
        }
    }

    /** As breakLease does: the process is known to be dead. */
    private static void settle(CopySite site) {
        SetRecords records = new SetRecords(site.target.repository(), site.target.layout());
        new Leases(site.target.repository(), site.target.layout())
                .unsettled()
                .forEach(label -> records.abort(label, "dead", Instant.EPOCH));
    }

    private static Map<ObjectKey, byte[]> contentOf(MemoryStorage store) {
        Map<ObjectKey, byte[]> content = new LinkedHashMap<>();
        store.keys().forEach(key -> content.put(key, read(store, key)));
        return content;
    }

    private static byte[] read(MemoryStorage store, ObjectKey key) {
        try (InputStream in = store.read(key, ByteRange.all())) {
            return in.readAllBytes();
        } catch (IOException | StorageException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A flipped bit in any object of the source that is read: an error that says which, and nothing new is listed. */
    @Test
    void damageInTheSourceIsNamedAndNothingIsListed() throws Exception {
        int damaged = 0;
        while (damage(damaged, false) && damage(damaged, true)) {
            damaged++;
        }
        assertThat(damaged).isGreaterThan(6);
    }

    /** Damages one object of a source; returns false if there is no such. */
    private static boolean damage(int index, boolean combining) throws Exception {
        try (CopySite site = new CopySite(new Random(1))) {
            List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = chain(site, new Random(1));
            List<ObjectKey> keys = damageable(site);
            if (index == keys.size()) {
                return false;
            }
            ObjectKey key = keys.get(index);
            flip(site.sourceStore, key);
            PgBackupException failure = failure(() -> {
                if (combining) {
                    site.combine(CombineRequest.newest().from(CopySite.SOURCE).to(CopySite.TARGET));
                } else {
                    site.copy(CopySite.newest());
                }
            });
            if (failure == null && combining) {
                // What only the older set has added at its end is no part of the newest.
                assertThat(key.toString()).contains("F/");
                RandomChanges.assertSame(site.target.restore(site.held().get(0)), states.get(SETS - 1));
                return true;
            }
            assertThat(failure).as("%s", key).isNotNull();
            assertThat(failure.code()).as("%s", key).isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
            assertThat(failure).hasMessageContaining(key.toString());
            String damagedSet = key.toString().split("/")[2];
            assertThat(site.held())
                    .allSatisfy(
                            record -> assertThat(record.takenAs().toString()).isNotEqualTo(damagedSet));
            assertThat(new Leases(site.target.repository(), site.target.layout()).unsettled())
                    .as("the label was aborted")
                    .isEmpty();
            return true;
        }
    }

    /** Bundles, manifests and records: what a copy needs. Begin and start it does not read. */
    private static List<ObjectKey> damageable(CopySite site) {
        return site.sourceStore.keys().stream()
                .filter(key -> key.toString().matches("model/(data/.*/(bundle|manifest)/.*|backup/.*F)"))
                .toList();
    }

    private static void flip(MemoryStorage store, ObjectKey key) throws StorageException {
        byte[] bytes = read(store, key);
        bytes[FIRST_PAYLOAD] ^= 1;
        store.delete(List.of(key));
        store.create(key, Payload.of(bytes), ObjectAttributes.of(ObjectKind.BUNDLE));
    }

    @Test
    void aSetThatExpireRemovesMeanwhileIsSaidToBeGone() throws Exception {
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            BackupLabel full = new Catalog(site.source.repository(), site.source.layout())
                    .backups()
                    .get(0)
                    .label();
            FaultyStorage[] faulty = new FaultyStorage[1];
            try (OpenRepository from = site.openSource(storage -> {
                faulty[0] = FaultyStorage.around(storage);
                return faulty[0];
            })) {
                faulty[0]
                        .on(Verb.READ)
                        .matching("model/data/" + full + "/bundle/**")
                        .meanwhile(() -> {
                            new SetRecords(site.source.repository(), site.source.layout())
                                    .retire(full, "test", Instant.EPOCH);
                            site.sourceStore.delete(site.sourceStore.keys().stream()
                                    .filter(key -> key.toString().contains(full + "/bundle"))
                                    .toList());
                        });
                PgBackupException failure = failure(
                        () -> site.copying(from, site.target.repository()).copy(CopySite.newest()));
                assertThat(failure.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
                assertThat(failure).hasMessageContaining(full.toString()).hasMessageContaining("expire");
                faulty[0].verifyAllFaultsHappened();
            }
            assertThat(site.held()).isEmpty();
        }
    }

    /** Expire chooses the base in the target right after begin: the label is given up, and repeating copies the chain anew. */
    @Test
    void aBaseThatExpireChoosesInTheTargetIsNotLeanedOn() {
        try (CopySite site = new CopySite(new Random(1))) {
            List<ConcurrentSkipListMap<ClusterPath, byte[]>> states = chain(site, new Random(1));
            List<BackupRecord> chain = new Catalog(site.source.repository(), site.source.layout()).backups();
            BackupLabel held = site.copy(CopySite.copyOf(chain.get(0))).label();
            FaultyStorage[] faulty = new FaultyStorage[1];
            try (OpenRepository to = site.openTarget(storage -> {
                faulty[0] = FaultyStorage.around(storage);
                return faulty[0];
            })) {
                faulty[0]
                        .on(Verb.CREATE)
                        .matching("model/data/*/begin")
                        .meanwhile(() -> new SetRecords(site.target.repository(), site.target.layout())
                                .retire(held, "test", Instant.EPOCH));
                PgBackupException failure =
                        failure(() -> site.copying(site.source.repository(), to).copy(CopySite.newest()));
                assertThat(failure.code()).isEqualTo(ErrorCode.PLAN_OUTDATED);
                faulty[0].verifyAllFaultsHappened();
            }
            CopyResult again = site.copy(CopySite.newest());
            assertThat(again.copied()).as("the chain anew").hasSize(SETS);
            BackupRecord copy = site.held().get(site.held().size() - 1);
            assertThat(copy.references()).doesNotContain(held);
            RandomChanges.assertSame(site.target.restore(copy), states.get(SETS - 1));
        }
    }

    @Test
    void whoeverCopiesTheSameMeanwhileIsNoticed() {
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            BackupRecord full = new Catalog(site.source.repository(), site.source.layout())
                    .backups()
                    .get(0);
            FaultyStorage[] faulty = new FaultyStorage[1];
            try (OpenRepository to = site.openTarget(storage -> {
                faulty[0] = FaultyStorage.around(storage);
                return faulty[0];
            })) {
                faulty[0].on(Verb.CREATE).matching("model/lease/*").meanwhile(() -> site.copy(CopySite.copyOf(full)));
                PgBackupException failure =
                        failure(() -> site.copying(site.source.repository(), to).copy(CopySite.copyOf(full)));
                assertThat(failure.code()).isEqualTo(ErrorCode.LEASE_HELD);
                faulty[0].verifyAllFaultsHappened();
            }
            assertThat(site.held()).hasSize(1);
        }
    }

    @Test
    void aLeaseInTheTargetKeepsTheCopyOut() {
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            BackupLabel running = BackupLabel.full(java.time.LocalDateTime.of(2026, 5, 5, 5, 5, 5));
            new Leases(site.target.repository(), site.target.layout())
                    .take(new Leases.Claim("somebody", InstantSource.system(), used -> running));
            assertThat(failure(() -> site.copy(CopySite.newest())).code()).isEqualTo(ErrorCode.LEASE_HELD);
            new SetRecords(site.target.repository(), site.target.layout()).abort(running, "test", Instant.EPOCH);
            assertThat(site.copy(CopySite.newest()).copied()).hasSize(SETS);
        }
    }

    @Test
    void aTargetOfAnotherClusterOrOfNoneIsRefused() {
        try (CopySite site = new CopySite(new Random(1));
                CopySite other = new CopySite(new Random(2))) {
            chain(site, new Random(1));
            other.targetStore.delete(List.of(site.target.layout().identity(1)));
            assertThat(failure(() -> site.copying(site.source.repository(), other.target.repository())
                            .copy(CopySite.newest())))
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING))
                    .satisfies(failure -> assertThat(failure.hint()).contains("initialize"));
            other.claim(99);
            assertThat(failure(() -> site.copying(site.source.repository(), other.target.repository())
                                    .copy(CopySite.newest()))
                            .code())
                    .isEqualTo(ErrorCode.WRONG_CLUSTER);
            assertThat(other.targetStore.keys().stream()
                            .filter(key -> key.toString().contains("/lease/")))
                    .as("nothing was begun")
                    .isEmpty();
        }
    }

    @Test
    void aCancelledCopyIsAbortedAndCanBeRepeated() {
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            CancellationToken token = new CancellationToken();
            FaultyStorage[] faulty = new FaultyStorage[1];
            try (OpenRepository from = site.openSource(storage -> {
                faulty[0] = FaultyStorage.around(storage);
                return faulty[0];
            })) {
                faulty[0].on(Verb.READ).matching("model/data/*/bundle/**").meanwhile(token::cancel);
                CopyOperation copy = site.copying(
                        LoneOperation.of(OperationKind.COPY, InstantSource.system(), Optional.of(token)),
                        from,
                        site.target.repository());
                assertThat(failure(() -> copy.copy(CopySite.newest())).code()).isEqualTo(ErrorCode.CANCELLED);
                faulty[0].verifyAllFaultsHappened();
            }
            assertThat(new Leases(site.target.repository(), site.target.layout()).unsettled())
                    .isEmpty();
            site.copy(CopySite.newest());
            assertThat(site.held()).hasSize(SETS);
        }
    }

    @Test
    void whatIsAskedForMustBeThere() {
        try (CopySite site = new CopySite(new Random(1))) {
            assertThat(failure(() -> site.copy(CopySite.newest())).code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
            chain(site, new Random(1));
            BackupLabel none = BackupLabel.full(java.time.LocalDateTime.of(2025, 1, 1, 1, 1));
            assertThat(failure(() -> site.copy(CopyRequest.backup(none)
                                    .from(CopySite.SOURCE)
                                    .to(CopySite.TARGET)))
                            .code())
                    .isEqualTo(ErrorCode.BACKUP_NOT_FOUND);
            assertThatThrownBy(() -> CopyRequest.newest().from(CopySite.SOURCE).to(CopySite.SOURCE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** While a chain is combined within its repository, what is read must stay: expire postpones it. */
    @Test
    void whatIsReadWithinARepositoryIsLeanedOn() {
        try (CopySite site = new CopySite(new Random(1))) {
            chain(site, new Random(1));
            SetRecords records = new SetRecords(site.source.repository(), site.source.layout());
            Catalog catalog = new Catalog(site.source.repository(), site.source.layout());
            List<BackupLabel> chain =
                    catalog.backups().stream().map(BackupRecord::label).toList();
            List<Optional<List<BackupLabel>>> seen = new ArrayList<>();
            FaultyStorage[] faulty = new FaultyStorage[1];
            try (OpenRepository to = site.openSource(storage -> {
                faulty[0] = FaultyStorage.around(storage);
                return faulty[0];
            })) {
                faulty[0]
                        .on(Verb.CREATE)
                        .matching("model/data/*/bundle/**")
                        .meanwhile(
                                () -> catalog.labels().unsettled().forEach(label -> seen.add(records.leansOn(label))));
                CombineRequest request =
                        CombineRequest.newest().from(CopySite.SOURCE).to(CopySite.SOURCE);
                CopyResult result = site.copying(site.source.repository(), to).combine(request);
                assertThat(result.label().type()).isEqualTo(BackupType.FULL);
                faulty[0].verifyAllFaultsHappened();
            }
            assertThat(seen).containsExactly(Optional.of(chain));
        }
    }
}
