package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.ObjectLock;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups in a store that locks them: none is built upon what may be deleted earlier than itself. */
class ObjectLockServerTest {
    private static final Instant FIRST_DAY = Instant.parse("2026-11-01T08:00:00Z");
    private static final ObjectLock LOCK = ObjectLock.compliance(Duration.ofDays(30), Duration.ofDays(7));

    @TempDir
    Path work;

    private final AtomicReference<Instant> now = new AtomicReference<>(FIRST_DAY);
    private final MemoryStorage store = MemoryStorage.locking(now::get);

    private Repository repository() {
        return Repository.at("faulty:///locked")
                .with(new Faults(ignored -> store.anotherClient()))
                .encryptedWith(Site.key(Site.hexKey(7)))
                .lockedBy(LOCK)
                .named("locked")
                .build();
    }

    private void day(int day) {
        now.set(FIRST_DAY.plus(Duration.ofDays(day)));
    }

    private Instant lockOf(BackupResult backup) {
        List<ObjectKey> keys = store.keys().stream()
                .filter(key -> key.toString().startsWith("main/data/" + backup.label() + "/")
                        || key.toString().equals("main/backup/" + backup.label()))
                .toList();
        assertThat(keys).hasSizeGreaterThan(4);
        Set<Optional<Instant>> until = keys.stream()
                .map(key ->
                        store.attributesOf(key).flatMap(ObjectAttributes::lock).map(ObjectAttributes.Lock::until))
                .collect(Collectors.toSet());
        assertThat(until).hasSize(1);
        return until.iterator().next().orElseThrow();
    }

    @Test
    void aChainIsLockedAsLongAsItsYoungestBackupMustBe() {
        Repository repository = repository();
        try (Site site = Site.start(PostgresVersion.V17, work);
                PgBackupRuntime runtime =
                        PgBackupRuntime.builder().clock(now::get).workers(2).build();
                PgBackup pg = PgBackup.of(site.cluster("main"))
                        .repository(repository)
                        .runtime(runtime)
                        .build()) {
            pg.initialize(repository);
            BackupResult full = pg.backup(BackupRequest.auto().to(repository));
            assertThat(lockOf(full))
                    .isBetween(FIRST_DAY.plus(Duration.ofDays(37)), FIRST_DAY.plusSeconds(37 * 86_400 + 60));
            assertThat(store.delete(List.of(ObjectKey.of("main/backup/" + full.label())))
                            .failures())
                    .hasSize(1);

            day(1);
            BackupResult first = pg.backup(BackupRequest.auto().to(repository));
            day(6);
            BackupResult second = pg.backup(BackupRequest.incremental().to(repository));
            assertThat(first.backup().base()).contains(full.label());
            assertThat(second.backup().base()).contains(first.label());
            assertThat(List.of(lockOf(first), lockOf(second))).containsOnly(lockOf(full));

            day(8);
            assertThatThrownBy(() -> pg.backup(BackupRequest.incremental().to(repository)))
                    .isInstanceOfSatisfying(
                            PgBackupException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NO_BASE))
                    .hasMessageContaining("ends too early");
            BackupResult next = pg.backup(BackupRequest.auto().to(repository));
            assertThat(next.backup().base()).isEmpty();
            assertThat(next.warnings()).anyMatch(warning -> warning.message().contains("ends too early"));
            assertThat(lockOf(next)).isAfter(lockOf(full));
            othersAreNotLocked();
        }
    }

    private void othersAreNotLocked() {
        assertThat(store.keys().stream()
                        .filter(key -> !key.toString().startsWith("main/data/")
                                && !key.toString().startsWith("main/backup/")))
                .isNotEmpty()
                .allMatch(key ->
                        store.attributesOf(key).flatMap(ObjectAttributes::lock).isEmpty());
    }
}
