package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.backup.BackupOutcome;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A commit whose reply comes later than the other lanes wait: what is reported is what the store has. */
@Timeout(60)
class LateCommitTest {
    private final Place sound = Place.plain("sound");
    private final Place late = Place.plain("late");
    private final LaneHarness harness = new LaneHarness(sound, late);
    private final CountDownLatch commitMayGoOn = new CountDownLatch(1);
    private final CountDownLatch commitDone = new CountDownLatch(1);

    @AfterEach
    void close() {
        commitMayGoOn.countDown();
        harness.close();
    }

    /** The first record to be created is the commit, the next the abort. */
    private abstract class Held extends ForwardingStorage {
        private final AtomicInteger records = new AtomicInteger();

        Held(Storage delegate) {
            super(delegate);
        }

        abstract void beforeAbort() throws StorageException, InterruptedException;

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            if (!key.toString().contains("/backup/")) {
                super.create(key, payload, attributes);
                return;
            }
            try {
                if (records.incrementAndGet() == 1) {
                    awaitUninterruptibly(commitMayGoOn);
                    try {
                        super.create(key, payload, attributes);
                    } finally {
                        commitDone.countDown();
                    }
                } else {
                    beforeAbort();
                    super.create(key, payload, attributes);
                }
            } catch (InterruptedException e) {
                throw new StorageUnavailableException("interrupted", e);
            }
        }
    }

    /** A request that is on its way is not called back. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                done = latch.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    private BackupOutcomes take() {
        harness.patience = repository -> Duration.ofSeconds(2);
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(ClusterPath.of("base/1/16384"), FakeCluster.pages(new Random(1), 1, 0, 20));
        return harness.take(cluster, 1000, BackupRequest.full(), List.of(late, sound));
    }

    private List<BackupRecord> listed() {
        try (OpenRepository repository = late.open()) {
            return new Catalog(repository, ClusterLayout.of(LaneHarness.CLUSTER)).backups();
        }
    }

    private PgBackupException failure(BackupOutcomes outcomes) {
        assertThat(outcomes.in(sound.repository)).isInstanceOf(BackupOutcome.Succeeded.class);
        return ((BackupOutcome.Failed) outcomes.in(late.repository)).failure();
    }

    @Test
    void aCommitThatArrivesBeforeTheAbortIsABackup() {
        late.faults = storage -> new Held(storage) {
            @Override
            void beforeAbort() throws InterruptedException {
                commitMayGoOn.countDown();
                commitDone.await();
            }
        };
        BackupOutcomes outcomes = take();
        assertThat(outcomes.in(late.repository)).isInstanceOf(BackupOutcome.Succeeded.class);
        assertThat(outcomes.in(sound.repository)).isInstanceOf(BackupOutcome.Succeeded.class);
        assertThat(listed()).hasSize(1);
    }

    @Test
    void aCommitThatArrivesAfterTheAbortIsNone() throws InterruptedException {
        late.faults = storage -> new Held(storage) {
            @Override
            void beforeAbort() {}
        };
        PgBackupException failure = failure(take());
        assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        assertThat(failure).hasMessageNotContaining("not known");
        commitMayGoOn.countDown();
        commitDone.await();
        assertThat(listed()).isEmpty();
    }

    @Test
    void whereNeitherIsAnsweredTheFailureSaysThatNobodyKnows() {
        AtomicInteger aborts = new AtomicInteger();
        late.faults = storage -> new Held(storage) {
            @Override
            void beforeAbort() throws StorageException, InterruptedException {
                if (aborts.incrementAndGet() == 2) {
                    commitMayGoOn.countDown();
                    commitDone.await();
                }
                throw new StorageUnavailableException("unreachable", null);
            }
        };
        PgBackupException failure = failure(take());
        assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        assertThat(failure).hasMessageContaining("whether backup").hasMessageContaining("is not known");
        assertThat(failure.hint()).contains("info");
        assertThat(listed()).as("it came after everybody had given up").hasSize(1);
    }
}
