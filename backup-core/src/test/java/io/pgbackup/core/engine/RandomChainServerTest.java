package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
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

/** Any sequence of changes, backups and expires: every backup that is kept restores to what the cluster held when it was taken. */
class RandomChainServerTest {
    private static final int FEW_STEPS = 8;
    private static final int MANY_STEPS = 20;
    private static final int FEW_RESTORES = 2;
    private static final int SEQUENCES = 200;

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
        try (Site site = Site.start(version, work)) {
            site.server().execute("CREATE TABLESPACE far LOCATION '" + site.serverDirectory("far") + "'");
            RandomChanges.prepare(site.server());
            Sequence sequence = new Sequence(site, new Random(seed));
            try {
                sequence.run(steps, restores);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " of " + version + " after " + sequence.changes.history(), e);
            }
        }
    }

    private static final class Sequence {
        private final Site site;
        private final Repository repository;
        private final Random random;
        private final RandomChanges changes;
        private final Map<BackupLabel, SortedMap<String, String>> expected = new HashMap<>();

        Sequence(Site site, Random random) {
            this.site = site;
            this.repository = site.repository();
            this.random = random;
            this.changes = new RandomChanges(site.server(), random);
        }

        void run(int steps, int restores) {
            for (int step = 0; step < steps; step++) {
                for (int change = random.nextInt(6); change >= 0; change--) {
                    changes.change();
                }
                if (step % 2 == 1) {
                    withEngine(this::operate);
                }
            }
            withEngine(pg -> {
                backup(pg, BackupRequest.auto());
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                List<BackupInfo> kept = new ArrayList<>(pg.info(repository).backups());
                requireRestores(pg, kept.remove(kept.size() - 1));
                Collections.shuffle(kept, random);
                kept.stream().limit(restores - 1).forEach(backup -> requireRestores(pg, backup));
            });
        }

        /** A new one each time: the server may have been restarted elsewhere. */
        private void withEngine(Consumer<PgBackup> use) {
            try (PgBackup pg = site.initialized(repository)) {
                use.accept(pg);
            }
        }

        private void operate(PgBackup pg) {
            switch (random.nextInt(8)) {
                case 0 -> backup(pg, BackupRequest.full());
                case 1, 2 -> backup(pg, BackupRequest.differential().orFullIfNoBase());
                case 3 -> pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1 + random.nextInt(2))));
                default -> backup(pg, BackupRequest.auto());
            }
        }

        private void backup(PgBackup pg, BackupRequest.Draft draft) {
            SortedMap<String, String> contents = RandomChanges.contents(site.server());
            expected.put(pg.backup(draft.to(repository)).label(), contents);
        }

        private void requireRestores(PgBackup pg, BackupInfo backup) {
            Path target = site.fresh("restored");
            Path far = site.fresh("far");
            pg.restore(Site.restoreInto(target)
                    .from(repository)
                    .backup(backup.label())
                    .tablespace("far", far));
            try (PostgresServer restored = PostgresServer.startOn(site.server().version(), target)) {
                assertThat(RandomChanges.contents(restored))
                        .as("%s", backup.label())
                        .isEqualTo(expected.get(backup.label()));
                new RestoredBooks(restored).requireSound();
            }
            Tree.delete(target);
            Tree.delete(far);
        }
    }
}
