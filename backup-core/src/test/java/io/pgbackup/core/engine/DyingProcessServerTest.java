package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.engine.MortalStorage.Death;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process dies at a call to the store, which still happens or does not; then another process looks: every listed backup verifies by content, the
 * same operation can be done again and succeeds, and what it gives restores.
 */
class DyingProcessServerTest {
    @TempDir
    static Path work;

    private static Site site;
    private static Path prepared;

    @BeforeAll
    static void start() {
        site = Site.start(PostgresVersion.newest(), work);
        site.server().execute("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
        prepared = site.fresh("prepared");
        Repository repository = Site.encrypted(prepared, "prepared");
        try (PgBackup pg = site.initialized(repository)) {
            pg.backup(BackupRequest.full().to(repository));
            site.server().execute("UPDATE t SET md5 = 'x' WHERE i % 100 = 1");
            pg.backup(BackupRequest.incremental().to(repository));
            pg.backup(BackupRequest.full().to(repository));
            site.server().execute("UPDATE t SET md5 = 'y' WHERE i % 100 = 2");
        }
    }

    @AfterAll
    static void end() {
        site.close();
    }

    /** What dies, given an engine and its repository. */
    private interface Verb {
        void run(PgBackup pg, Repository repository);
    }

    private static void backup(PgBackup pg, Repository repository) {
        pg.backup(BackupRequest.auto().to(repository));
    }

    private static void expire(PgBackup pg, Repository repository) {
        pg.expire(pg.planExpire(repository, Retention.keepFullBackups(1)).deletingAtOnce());
    }

    @Test
    void aBackupCanDieAtSomeCalls() {
        dieAtEvery(9, DyingProcessServerTest::backup, DyingProcessServerTest::requireNewestRestores);
    }

    @Test
    void anExpireCanDieAtSomeCalls() {
        dieAtEvery(5, DyingProcessServerTest::expire, DyingProcessServerTest::requireOneChain);
    }

    @Test
    @Tag("long")
    void aBackupCanDieAtEveryCall() {
        dieAtEvery(1, DyingProcessServerTest::backup, DyingProcessServerTest::requireNewestRestores);
    }

    @Test
    @Tag("long")
    void anExpireCanDieAtEveryCall() {
        dieAtEvery(1, DyingProcessServerTest::expire, DyingProcessServerTest::requireOneChain);
    }

    /** Deaths at calls 1, 1 + stride, …, until the operation survives; each on a fresh copy of the prepared repository. */
    private static void dieAtEvery(int stride, Verb verb, Consumer<Path> afterwards) {
        int deaths = 0;
        boolean died = true;
        for (int call = 1; died; call += stride) {
            Path place = site.fresh("mortal");
            Tree.copy(prepared, place);
            Death death = Death.at(call, call / stride % 2 == 0);
            died = dies(place, death, verb);
            deaths += died ? 1 : 0;
            requireSound(place);
            repeat(place, verb);
            requireSound(place);
            afterwards.accept(place);
            Tree.delete(place);
        }
        assertThat(deaths).isGreaterThan(2);
    }

    private static boolean dies(Path place, Death death, Verb verb) {
        Repository mortal = Repository.at("faulty://" + place)
                .with(new Faults(storage -> new MortalStorage(storage, death)))
                .encryptedWith(Site.key(Site.KEY))
                .named("mortal")
                .build();
        try (PgBackup pg = PgBackup.of(site.cluster("main")).repository(mortal).build()) {
            verb.run(pg, mortal);
        } catch (PgBackupException e) {
            assertThat(death.isDead()).as("failed without cause: %s", e).isTrue();
        }
        return death.isDead();
    }

    private static void repeat(Path place, Verb verb) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            for (BackupLabel label : pg.info(sound).unsettled()) {
                pg.breakLease(sound, label);
            }
            verb.run(pg, sound);
        }
    }

    private static void requireSound(Path place) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(pg.info(sound).backups()).isNotEmpty();
            pg.verify(sound, VerifyDepth.CONTENT).requireClean();
        }
    }

    private static void requireNewestRestores(Path place) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            List<BackupInfo> backups = pg.info(sound).backups();
            BackupLabel newest = backups.get(backups.size() - 1).label();
            try (PostgresServer restored = site.restored(pg, sound, newest)) {
                assertThat(restored.query("SELECT count(*) FROM t WHERE md5 = 'y'"))
                        .isEqualTo("50");
            }
        }
    }

    private static void requireOneChain(Path place) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(pg.info(sound).backups()).hasSize(1);
            assertThat(Tree.of(place.resolve("main/data")).keySet())
                    .filteredOn(path -> !path.isEmpty() && !path.contains("/"))
                    .hasSize(1);
        }
    }
}
