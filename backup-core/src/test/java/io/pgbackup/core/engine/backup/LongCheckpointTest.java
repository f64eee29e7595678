package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.engine.backup.source.SourceCluster;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.OperationCancelledException;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server may take many minutes for its checkpoint: the lease lives meanwhile, and whoever wants the backup to end is heard. */
@Timeout(60)
class LongCheckpointTest {
    private static final long PATIENCE_SECONDS = 30;

    private final Place place = Place.plain("only");
    private final LaneHarness harness = new LaneHarness(place);
    private final CountDownLatch checkpoint = new CountDownLatch(1);
    private final CountDownLatch waiting = new CountDownLatch(1);

    @AfterEach
    void close() {
        harness.close();
    }

    private static FakeCluster cluster() {
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(ClusterPath.of("base/1/16384"), FakeCluster.pages(new Random(1), 1, 0, 20));
        return cluster;
    }

    /** A server whose checkpoint ends when the latch opens, or its session. */
    private class Slow implements BackupSource {
        private final BackupSource source;
        private volatile boolean closed;

        Slow(BackupSource source) {
            this.source = source;
        }

        @Override
        public SourceCluster cluster() {
            return source.cluster();
        }

        @Override
        public StartedBackup start(String label, CheckpointMode mode) {
            waiting.countDown();
            try {
                assertThat(checkpoint.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError("an interrupt reached the driver", e);
            }
            if (closed) {
                throw new IllegalStateException("the connection is closed");
            }
            return source.start(label, mode);
        }

        @Override
        public void check() {
            source.check();
        }

        @Override
        public StoppedBackup stop(ControlFile last) {
            return source.stop(last);
        }

        @Override
        public Lsn flushed() {
            return source.flushed();
        }

        @Override
        public Map<String, String> tablespaceNames() {
            return source.tablespaceNames();
        }

        @Override
        public Map<String, String> databaseNames() {
            return source.databaseNames();
        }

        @Override
        public void close() {
            closed = true;
            checkpoint.countDown();
            source.close();
        }
    }

    @Test
    void theHeartBeatsWhileTheServerMakesItsCheckpoint() {
        AtomicInteger beats = new AtomicInteger();
        harness.sources = Slow::new;
        harness.duty = () -> {
            if (waiting.getCount() == 0 && beats.incrementAndGet() == 5) {
                checkpoint.countDown();
            }
        };
        assertThat(harness.take(cluster(), 1000).backup().label()).isNotNull();
        assertThat(beats).hasValueGreaterThanOrEqualTo(5);
    }

    @Test
    void cancellationIsSeenWhileTheServerMakesItsCheckpoint() {
        harness.sources = Slow::new;
        harness.duty = () -> {
            if (waiting.getCount() == 0) {
                harness.token.cancel();
            }
        };
        assertThatThrownBy(() -> harness.take(cluster(), 1000)).isInstanceOf(OperationCancelledException.class);
        requireAborted();
    }

    @Test
    void anInterruptIsSeenWhileTheServerMakesItsCheckpoint() {
        harness.sources = Slow::new;
        Thread leader = Thread.currentThread();
        harness.duty = () -> {
            if (waiting.getCount() == 0) {
                leader.interrupt();
            }
        };
        assertThatThrownBy(() -> harness.take(cluster(), 1000)).isInstanceOf(OperationCancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        requireAborted();
    }

    private void requireAborted() {
        try (OpenRepository repository = place.open()) {
            Catalog catalog = new Catalog(repository, ClusterLayout.of(LaneHarness.CLUSTER));
            assertThat(catalog.labels().unsettled()).isEmpty();
            assertThat(catalog.backups()).isEmpty();
        }
    }

    @Test
    void whatTheServerRefusesIsThrownAsItIs() {
        harness.sources = source -> new Slow(source) {
            @Override
            public StartedBackup start(String label, CheckpointMode mode) {
                throw new IllegalStateException("refused");
            }
        };
        assertThatThrownBy(() -> harness.take(cluster(), 1000)).hasMessageContaining("refused");
    }
}
