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
import io.pgbackup.core.engine.UnreliableStorage.Weather;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of all calls to the store 30 % fail, half of them after they happened, and some are slow: operations succeed, or fail so that a repetition does. */
class UnreliableStoreServerTest {
    private static final int MOST_REPETITIONS = 5;

    @TempDir
    Path work;

    @Test
    void backupsSurviveBadWeather() {
        rounds(2, 30);
    }

    @Test
    @Tag("long")
    void manyBackupsSurviveBadWeather() {
        rounds(60, System.nanoTime());
    }

    private void rounds(int rounds, long seed) {
        Weather weather = new Weather(seed, 0.3, 0.05);
        try (Site site = Site.start(PostgresVersion.newest(), work)) {
            site.server().execute("CREATE TABLE t AS SELECT i, 0 AS round FROM generate_series(1, 5000) i");
            Path place = site.fresh("weather");
            Repository repository = Repository.at("faulty://" + place)
                    .with(new Faults(storage -> new UnreliableStorage(storage, weather)))
                    .encryptedWith(Site.key(Site.KEY))
                    .named("weather")
                    .build();
            try (PgBackup pg =
                    PgBackup.of(site.cluster("main")).repository(repository).build()) {
                patiently(() -> pg.initialize(repository));
                for (int round = 1; round <= rounds; round++) {
                    site.server().execute("UPDATE t SET round = " + round + " WHERE i % 100 = 0");
                    BackupRequest.Draft draft = round % 4 == 1 ? BackupRequest.full() : BackupRequest.auto();
                    patiently(() -> pg.backup(draft.to(repository)));
                    if (round % 4 == 0) {
                        patiently(() -> pg.expire(pg.planExpire(repository, Retention.keepFullBackups(2))
                                .deletingAtOnce()));
                    }
                    patiently(() -> pg.verify(repository, VerifyDepth.CATALOG).requireClean());
                }
                assertThat(weather.faults()).isGreaterThan(10 * rounds);
            }
            requireSound(site, place, rounds);
        }
    }

    private static void requireSound(Site site, Path place, int rounds) {
        Repository sound = Site.encrypted(place, "sound");
        try (PgBackup pg = site.initialized(sound)) {
            assertThat(pg.info(sound).unsettled()).isEmpty();
            pg.verify(sound, VerifyDepth.CONTENT).requireClean();
            List<BackupInfo> backups = pg.info(sound).backups();
            BackupLabel newest = backups.get(backups.size() - 1).label();
            try (PostgresServer restored = site.restored(pg, sound, newest)) {
                assertThat(restored.query("SELECT count(*) FROM t WHERE round = " + rounds))
                        .isEqualTo("50");
            }
        }
    }

    private static void patiently(Runnable operation) {
        for (int repetition = 1; ; repetition++) {
            try {
                operation.run();
                return;
            } catch (PgBackupException e) {
                if (repetition == MOST_REPETITIONS || !e.retryable()) {
                    throw e;
                }
            }
        }
    }
}
