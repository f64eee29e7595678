package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.keys.RotateRequest;
import io.pgbackup.keys.testkit.MemoryKeyService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a server into a repository whose key a service keeps: through rotations, disabled versions and outages of that service. */
class KeyServiceServerTest {
    @TempDir
    Path work;

    private final MemoryKeyService service = new MemoryKeyService().rotate("backup");
    private final EncryptionKey kept = EncryptionKey.wrappedBy(service.key("backup"));
    private Site site;

    @BeforeEach
    void start() {
        site = Site.start(PostgresVersion.newest(), work);
        site.server()
                .execute(
                        "CREATE TABLE things (id int PRIMARY KEY)",
                        "INSERT INTO things SELECT generate_series(1, 1000)");
    }

    @AfterEach
    void end() {
        site.close();
    }

    private Repository repository(Path place, EncryptionKey key) {
        return Repository.at("file://" + place).encryptedWith(key).named("kept").build();
    }

    private static PgBackupException refused(PgBackup pg, Repository repository) {
        PgBackupException failure = catchThrowableOfType(PgBackupException.class, () -> pg.info(repository));
        assertThat(failure).as("failure").isNotNull();
        return failure;
    }

    @Test
    void aBackupLivesThroughTheRotationOfTheServicesKeyAndTheEndOfItsOldVersion() {
        Path place = site.fresh("repository");
        Repository repository = repository(place, kept);
        Repository byPhrase = repository(place, Site.key(Site.KEY));
        try (PgBackup pg = site.initialized(repository)) {
            BackupResult full = pg.backup(BackupRequest.full().to(repository));
            int beforeBackup = service.unwraps();
            pg.backup(BackupRequest.incremental().to(repository));
            // Opening asks once for each generation; files, however many, ask for nothing.
            assertThat(service.unwraps() - beforeBackup).isLessThanOrEqualTo(2);

            service.rotate("backup");
            pg.keys(repository).add("paper", Site.key(Site.KEY));
            pg.keys(repository).rotate(RotateRequest.withConfiguredKey().and(Site.key(Site.KEY)));
            BackupResult after = pg.backup(BackupRequest.incremental().to(repository));
            assertThat(pg.keys(repository).ring().slots())
                    .extracting(slot -> slot.wrappedBy().orElse("-"))
                    .containsExactly("memory backup/2", "-");

            service.refuse("backup/1", Reason.KEY_UNUSABLE);
            PgBackupException disabled = refused(pg, repository);
            assertThat(disabled.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
            assertThat(disabled).hasMessageContaining("backup/1").hasMessageContaining("generation 1");
            assertThat(pg.check().failures())
                    .anySatisfy(item -> assertThat(item.message()).contains("KEY_UNUSABLE"));

            try (PgBackup meanwhile =
                    PgBackup.of(site.cluster("main")).repository(byPhrase).build()) {
                int slot = rewrapped(meanwhile, byPhrase);
                assertThat(slot).isEqualTo(2);
                meanwhile.verify(byPhrase, VerifyDepth.CONTENT).requireClean();
            }
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            try (PostgresServer restored = site.restored(pg, repository, after.label())) {
                assertThat(restored.query("SELECT count(*) FROM things")).isEqualTo("1000");
            }
            assertThat(full.label()).isNotEqualTo(after.label());
        }
    }

    /** The other key removes the slot that no longer opens everything, and adds the service's key anew: all generations are wrapped by its newest version. */
    private int rewrapped(PgBackup pg, Repository repository) {
        pg.keys(repository).remove(0);
        KeySlotInfo slot = pg.keys(repository).add("service", kept);
        assertThat(slot.wrappedBy()).contains("memory backup/2");
        assertThat(slot.generations()).containsExactly(1, 2);
        return slot.number();
    }

    @Test
    void anOutageOfTheServiceIsWaitedForAndADenialIsToldAtOnce() {
        Repository repository = repository(site.fresh("repository"), kept);
        try (PgBackup pg = site.initialized(repository)) {
            service.breakDown(3);
            pg.backup(BackupRequest.full().to(repository));

            service.refuse("backup", Reason.DENIED);
            assertThat(refused(pg, repository).code()).isEqualTo(ErrorCode.KEY_SERVICE_DENIED);
            PgBackupException failure = catchThrowableOfType(
                    PgBackupException.class,
                    () -> pg.backup(BackupRequest.full().to(repository)));
            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_SERVICE_DENIED);
            service.allow("backup");
            assertThat(pg.info(repository).backups()).hasSize(1);
        }
    }
}
