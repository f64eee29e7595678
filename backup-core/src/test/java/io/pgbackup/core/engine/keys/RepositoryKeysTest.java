package io.pgbackup.core.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.keys.RotateRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys as users change them: a backup stays readable through all of it. */
class RepositoryKeysTest {
    @TempDir
    Path root;

    @BeforeEach
    void storeABackup() throws Exception {
        SyntheticSet.write(repository('a'), new LocalDirectoryStorage(root));
    }

    private Repository repository(char letter) {
        return Repository.at("file://" + root)
                .encryptedWith(KeyedRepository.key(letter))
                .named("house")
                .build();
    }

    private static PgBackup open(Repository repository) {
        return PgBackup.of(Cluster.named(SyntheticSet.CLUSTER).withoutServer())
                .repository(repository)
                .build();
    }

    @Test
    void aKeyIsExchangedAndTheMasterKeyRenewed() {
        Repository first = repository('a');
        Repository second = repository('b');
        try (PgBackup pg = open(first)) {
            KeySlotInfo added = pg.keys(first).add("on call", KeyedRepository.key('b'));
            assertThat(added.number()).isEqualTo(1);
            assertThat(added.name()).isEqualTo("on call");
            assertThat(added.configured()).isFalse();
        }
        try (PgBackup pg = open(second)) {
            KeyRingInfo ring =
                    pg.keys(second).rotate(RotateRequest.withConfiguredKey().dropping(0));
            assertThat(ring.generations()).containsExactly(1, 2);
            assertThat(ring.slots()).extracting(KeySlotInfo::number).containsExactly(1);
            pg.verify(second, VerifyDepth.CONTENT).requireClean();
            List<JobRecord> jobs = pg.jobs(second, YearMonth.now(ZoneOffset.UTC));
            assertThat(jobs)
                    .extracting(JobRecord::kind)
                    .containsExactlyInAnyOrder(OperationKind.ADD_KEY, OperationKind.ROTATE_KEYS, OperationKind.VERIFY);
        }
        try (PgBackup pg = open(first)) {
            assertThatThrownBy(() -> pg.info(first))
                    .isInstanceOfSatisfying(
                            PgBackupException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.WRONG_KEY));
        }
        assertThat(root.resolve("keys/1/0")).doesNotExist();
    }

    @Test
    void aRefusedChangeIsOnRecordAndChangesNothing() throws Exception {
        Repository repository = repository('a');
        try (PgBackup pg = open(repository)) {
            assertThatThrownBy(() -> pg.keys(repository).remove(0)).hasMessageContaining("configured key");
            assertThatThrownBy(() -> pg.keys(repository).add("x".repeat(201), KeyedRepository.key('b')))
                    .hasMessageContaining("200 characters");
            assertThat(pg.jobs(repository, YearMonth.now(ZoneOffset.UTC)))
                    .extracting(JobRecord::kind, job -> job.errorCode().orElse(""))
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(
                            OperationKind.REMOVE_KEY, ErrorCode.INVALID_REQUEST.name()));
        }
        assertThat(Files.exists(root.resolve("keys/ring"))).isFalse();
    }
}
