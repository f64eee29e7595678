package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Compression;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcome;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.RotateRequest;
import io.pgbackup.storage.testkit.Verb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Any sequence of changes, backups into one or two repositories, interrupted backups, copies, combinations, key rotations and expires: every backup
 * that is kept restores to what the cluster held when it was taken.
 */
class RandomChainServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(RandomChainServerTest.class);
    private static final int FEW_STEPS = 8;
    private static final int MANY_STEPS = Integer.getInteger("pgbackup.steps", 20);
    private static final int FEW_RESTORES = 2;
    private static final int SEQUENCES = Integer.getInteger("pgbackup.sequences", 200);

    @TempDir
    Path work;

    @ParameterizedTest
    @EnumSource(PostgresVersion.class)
    void keptBackupsRestoreToWhatTheClusterHeld(PostgresVersion version) {
        sequence(version, version.major(), FEW_STEPS, FEW_RESTORES);
    }

    static LongStream seeds() {
        return new Random().longs(SEQUENCES);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Tag("long")
    void manySequencesRestore(long seed) {
        PostgresVersion[] versions = PostgresVersion.values();
        sequence(versions[Math.floorMod(seed, versions.length)], seed, MANY_STEPS, Integer.MAX_VALUE);
    }

    private void sequence(PostgresVersion version, long seed, int steps, int restores) {
        // Without checksums hints are not in the log.
        try (Site site = Site.start(version, work, builder -> builder.checksums(seed % 3 != 0))) {
            site.server().execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
            RandomChanges.prepare(site.server());
            Sequence sequence = new Sequence(site, new Random(seed));
            try {
                sequence.run(steps, restores);
                LOG.info("the sequence of seed {} on {} lost nothing", seed, version);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " of " + version + " after " + sequence.changes.history(), e);
            }
        }
    }

    /** Two repositories of different keys and codecs: a near one that everything happens to, and a far one for copies. */
    private static final class Sequence {
        private final Site site;
        private final Random random;
        private final RandomChanges changes;
        private final Path nearPlace;
        private final Repository near;
        private final Repository far;
        private final Map<String, SortedMap<String, String>> expected = new HashMap<>();

        Sequence(Site site, Random random) {
            this.site = site;
            this.random = random;
            this.changes = new RandomChanges(site.server(), random);
            this.nearPlace = site.fresh("near");
            this.near = Site.encrypted(nearPlace, "near");
            this.far = Repository.at("file://" + site.fresh("far-repository"))
                    .encryptedWith(Site.key(Site.hexKey(random.nextLong())))
                    .compression(Compression.zstd(1))
                    .named("far")
                    .build();
        }

        void run(int steps, int restores) {
            for (int step = 0; step < steps; step++) {
                for (int change = random.nextInt(6); change >= 0; change--) {
                    changes.change();
                }
                withEngine(this::operate);
            }
            withEngine(pg -> {
                backup(pg, BackupRequest.auto());
                pg.verify(near, VerifyDepth.CONTENT).requireClean();
                pg.verify(far, VerifyDepth.CONTENT).requireClean();
                List<BackupInfo> kept = new ArrayList<>(pg.info(near).backups());
                requireRestores(pg, near, kept.remove(kept.size() - 1));
                kept.addAll(pg.info(far).backups());
                Collections.shuffle(kept, random);
                kept.stream()
                        .limit(restores - 1)
                        .forEach(backup ->
                                requireRestores(pg, backup.repository().equals("near") ? near : far, backup));
            });
        }

        /** A new one each time: the server may have been restarted elsewhere. */
        private void withEngine(Consumer<PgBackup> use) {
            try (PgBackup pg = PgBackup.of(site.cluster("main"))
                    .repository(near)
                    .repository(far)
                    .build()) {
                pg.initialize(near);
                pg.initialize(far);
                use.accept(pg);
            }
        }

        private void operate(PgBackup pg) {
            boolean any = !pg.info(near).backups().isEmpty();
            switch (random.nextInt(12)) {
                case 0 -> backup(pg, BackupRequest.full());
                case 1, 2 -> backup(pg, BackupRequest.differential().orFullIfNoBase());
                case 3 -> expire(pg, near);
                case 4 -> expire(pg, far);
                case 5 -> both(pg);
                case 6 -> pg.keys(near).rotate(RotateRequest.withConfiguredKey());
                case 7 -> interrupted();
                case 8 -> {
                    if (any) {
                        pg.copy(CopyRequest.newest().from(near).to(far));
                    }
                }
                case 9 -> {
                    if (any) {
                        pg.combine(CombineRequest.newest().from(near).to(near));
                    }
                }
                default -> backup(pg, BackupRequest.auto());
            }
        }

        private void expire(PgBackup pg, Repository repository) {
            pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1 + random.nextInt(2)))
                    .deletingAtOnce());
        }

        private void backup(PgBackup pg, BackupRequest.Draft draft) {
            SortedMap<String, String> contents = RandomChanges.contents(site.server());
            expect(near, pg.backup(draft.to(near)), contents);
        }

        private void both(PgBackup pg) {
            SortedMap<String, String> contents = RandomChanges.contents(site.server());
            BackupOutcomes outcomes =
                    pg.backup(BackupRequest.incremental().orFullIfNoBase().toAll());
            outcomes.orThrow();
            for (BackupOutcome outcome : outcomes.all()) {
                if (outcome instanceof BackupOutcome.Succeeded succeeded) {
                    expect(succeeded.repository(), succeeded.result(), contents);
                }
            }
        }

        /** The store of a backup fails at some bundle; a later one takes over what was stored. */
        private void interrupted() {
            Repository failing = Repository.at("faulty://" + nearPlace)
                    .with(Faults.planned(storage -> storage.on(Verb.CREATE)
                            .matching("**/bundle/**")
                            .nth(1 + random.nextInt(3))
                            .denied()))
                    .encryptedWith(Site.key(Site.KEY))
                    .named("near")
                    .build();
            SortedMap<String, String> contents = RandomChanges.contents(site.server());
            try (PgBackup pg =
                    PgBackup.of(site.cluster("main")).repository(failing).build()) {
                expect(near, pg.backup(BackupRequest.auto().to(failing)), contents);
            } catch (PgBackupException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_DENIED);
            }
        }

        private void expect(Repository repository, BackupResult result, SortedMap<String, String> contents) {
            expected.put(repository.name() + result.label(), contents);
        }

        private void requireRestores(PgBackup pg, Repository repository, BackupInfo backup) {
            String name = backup.origin()
                    .map(origin -> near.name() + origin.label())
                    .orElse(repository.name() + backup.label());
            Path target = site.fresh("restored");
            Path tablespace = site.fresh("far");
            pg.restore(Site.restoreInto(target)
                    .from(repository)
                    .backup(backup.label())
                    .tablespace("far", tablespace));
            try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
                assertThat(RandomChanges.contents(restored))
                        .as("%s in %s", backup.label(), repository.name())
                        .isEqualTo(expected.get(name));
                new RestoredBooks(restored).requireSound();
            }
            Tree.delete(target);
            Tree.delete(tablespace);
        }
    }
}
