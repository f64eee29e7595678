package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.CancellationToken;
import io.pgbackup.Lsn;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.LoneOperation;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Warning;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Takes sets of a fake cluster into memory by the very steps of a backup, and reads them back as a restore does. */
final class LaneHarness implements AutoCloseable {
    static final String CLUSTER = "model";
    static final int WORKERS = 3;

    private final PgBackupRuntime runtime =
            PgBackupRuntime.builder().workers(WORKERS).clock(this::now).build();
    private final ClusterLayout layout = ClusterLayout.of(CLUSTER);
    private final List<Place> places;
    /** What the last backup warned about. */
    final List<Warning> warnings = new ArrayList<>();
    /** How long lanes wait for each other. */
    Function<Repository, Duration> patience = repository -> Duration.ofMinutes(5);
    /** What the next backups are taken from. */
    UnaryOperator<BackupSource> sources = UnaryOperator.identity();

    /** Done with every heartbeat of the next backups. */
    Runnable duty = () -> {};

    /** Cancels the next backups. */
    CancellationToken token = new CancellationToken();

    private Instant time = Instant.parse("2026-01-01T00:00:00Z");

    LaneHarness() {
        this(Place.plain("model"));
    }

    LaneHarness(Place... places) {
        this.places = List.of(places);
    }

    private Instant now() {
        return time;
    }

    /** Takes a set into the one place; every set but the first builds upon the one before. */
    BackupResult take(FakeCluster cluster, long startLsn) {
        return take(cluster, startLsn, BackupRequest.auto(), places).results().get(0);
    }

    /** Takes a set into some places at once. */
    BackupOutcomes take(FakeCluster cluster, long startLsn, BackupRequest.Draft draft, List<Place> chosen) {
        time = time.plusSeconds(3600);
        warnings.clear();
        OperationListener listener = new OperationListener() {
            @Override
            public void warning(String operationId, Warning warning) {
                warnings.add(warning);
            }
        };
        List<BackupRequest> requests =
                chosen.stream().map(place -> draft.to(place.repository)).toList();
        Operation operation = LoneOperation.backup(this::now, token, listener);
        operation.duty(() -> duty.run());
        return new BackupOperation(
                        operation,
                        requests,
                        CLUSTER,
                        runtime,
                        (repository, wrapping) -> place(repository).openFaulty(wrapping),
                        () -> sources.apply(new FakeSource(cluster, new Lsn(startLsn))),
                        patience)
                .run();
    }

    private Place place(Repository repository) {
        return places.stream()
                .filter(place -> place.repository == repository)
                .findFirst()
                .orElseThrow();
    }

    /** Reads a set of the first place back. */
    ConcurrentSkipListMap<ClusterPath, byte[]> restore(BackupResult backup) {
        return restore(places.get(0), backup.label());
    }

    /** Reads a set back, as a restore does. */
    ConcurrentSkipListMap<ClusterPath, byte[]> restore(Place place, BackupLabel label) {
        ConcurrentSkipListMap<ClusterPath, byte[]> restored = new ConcurrentSkipListMap<>();
        try (OpenRepository repository = place.open()) {
            SetContents contents = SetContents.of(repository, layout, new Catalog(repository, layout).require(label));
            FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
            long zero = fingerprint.of(new byte[FakeCluster.PAGE_SIZE], 0, FakeCluster.PAGE_SIZE);
            try (FrameWorkers workers = new FrameWorkers(contents.source(), WORKERS);
                    OrderedWork work = new OrderedWork(runtime.executor(), 4 * WORKERS, () -> {})) {
                ProgressMeter progress = new ProgressMeter("test", OperationKind.RESTORE, event -> {});
                ContentReader reader = new ContentReader(workers, work, progress, (file, failure) -> {
                    throw failure;
                });
                ManifestChain chain = contents.files();
                while (chain.hasNext()) {
                    ManifestChain.Chained next = chain.next();
                    ManifestEntry.File file = (ManifestEntry.File) next.entry();
                    ResolvedFile resolved = ResolvedFile.of(next.levels(), FakeCluster.PAGE_SIZE, zero);
                    reader.read(file, resolved.frames(), into(file, restored));
                }
                reader.drain();
            }
        }
        return restored;
    }

    private static FileTarget into(ManifestEntry.File file, ConcurrentSkipListMap<ClusterPath, byte[]> restored) {
        byte[] content = new byte[(int) file.attributes().size()];
        return new FileTarget() {
            @Override
            public void write(long position, byte[] bytes, int offset, int length) {
                System.arraycopy(bytes, offset, content, (int) position, length);
            }

            @Override
            public void complete() {
                restored.put(file.path(), content);
            }
        };
    }

    @Override
    public void close() {
        runtime.close();
    }
}
