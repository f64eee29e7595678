package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.CancellationToken;
import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.engine.LoneOperation;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.Patience;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.engine.backup.base.SetBeginning;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.repository.retention.Expiry;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** One store in memory, and parties that back up, expire and read there, each with clocks of its own; what they do to the repository is real. */
final class MemorySite implements AutoCloseable {
    static final ClusterLayout LAYOUT = ClusterLayout.of("main");
    private static final ServerIdentity SERVER = new ServerIdentity(1, 17, SyntheticSet.PAGE_SIZE, 16 << 20);

    /** The store's own time; nobody else's. */
    Instant storeTime = Instant.parse("2026-11-21T08:00:00Z");

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final MemoryStorage store = new MemoryStorage(() -> storeTime);
    private final Repository described =
            Repository.at("memory:site").unencrypted().build();

    MemorySite() {
        new RepositoryOpener(InstantSource.system()).create(described, store.anotherClient());
    }

    MemoryStorage store() {
        return store;
    }

    Party party() {
        return party(storage -> storage);
    }

    Party party(UnaryOperator<Storage> decoration) {
        Storage storage = decoration.apply(store.anotherClient());
        return new Party(new RepositoryOpener(InstantSource.system()).open(described, storage));
    }

    /** Everything that is listed can be read, to the last byte. */
    void requireNothingLost() {
        Party reader = party();
        reader.catalog().backups().forEach(reader::read);
    }

    /** A process with clocks of its own. */
    final class Party {
        final AtomicLong ticks = new AtomicLong();
        long ticksPerLook;
        Instant clock = Instant.parse("2026-11-21T08:00:00Z");
        Duration waiting = Duration.ZERO;
        Optional<CancellationToken> token = Optional.empty();

        private final OpenRepository repository;
        private final LeaseWatch watch = new LeaseWatch(() -> ticks.addAndGet(ticksPerLook), LeaseTerms.STANDARD);

        Party(OpenRepository repository) {
            this.repository = repository;
        }

        OpenRepository repository() {
            return repository;
        }

        Catalog catalog() {
            return new Catalog(repository, LAYOUT);
        }

        void pass(Duration time) {
            ticks.addAndGet(time.toNanos());
        }

        Operation operation() {
            return LoneOperation.of(OperationKind.BACKUP, () -> clock, token, new Patience(watch, waiting));
        }

        BackupLabel full() {
            return take(BackupRequest.full().withoutResume().to(described), operation());
        }

        BackupLabel incremental() {
            return take(BackupRequest.incremental().withoutResume().to(described), operation());
        }

        Begun begin(Operation operation) {
            return new SetBeginning(operation, repository, LAYOUT)
                    .begin(BackupRequest.full().withoutResume().to(described), SERVER);
        }

        private BackupLabel take(BackupRequest request, Operation operation) {
            return finish(new SetBeginning(operation, repository, LAYOUT).begin(request, SERVER), operation);
        }

        BackupLabel finish(Begun begun, Operation operation) {
            SetRecords records = new SetRecords(repository, LAYOUT);
            return operation.settling(
                    () -> {
                        records.start(begun.label(), 1, new Lsn(1));
                        operation.heartbeat();
                        byte[] root = data(begun);
                        operation.heartbeat();
                        records.commit(record(begun, root));
                        begun.lease().release();
                        return begun.label();
                    },
                    reason -> {
                        begun.lease().release();
                        records.abort(begun.label(), reason, clock);
                    });
        }

        private byte[] data(Begun begun) {
            try {
                List<BackupLabel> references = begun.references();
                List<BackupLabel> base =
                        references.isEmpty() ? List.of() : List.of(references.get(references.size() - 1));
                return SyntheticSet.writeData(repository, LAYOUT, begun.label(), base);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private BackupRecord record(Begun begun, byte[] root) {
            return new BackupRecord(
                    begun.label(),
                    "test",
                    begun.references(),
                    AdoptedWork.none(),
                    begun.since(),
                    clock,
                    new WalRange(1, new Lsn(1), new Lsn(2), "a", "b"),
                    new BackupSizes(0, 0, 0, 0, 0, 0, 0, 0, 0),
                    SERVER,
                    0,
                    Map.of(),
                    root);
        }

        Expiry.Outcome expire(Duration grace, BackupLabel... labels) {
            Map<BackupLabel, String> chosen = new java.util.HashMap<>();
            for (BackupLabel label : labels) {
                chosen.put(label, "test");
            }
            Expiry.Ages ages = new Expiry.Ages(grace, LeaseTerms.STANDARD.term());
            return new Expiry(repository, LAYOUT, ages, () -> clock, () -> {}).run(chosen);
        }

        void read(BackupRecord record) {
            SetContents contents = SetContents.of(repository, LAYOUT, record);
            try (FrameWorkers workers = new FrameWorkers(contents.source(), 1);
                    OrderedWork work = new OrderedWork(executor, 4, () -> {})) {
                ContentReader reader =
                        new ContentReader(workers, work, operation().progress(), (file, failure) -> {
                            throw failure;
                        });
                ManifestChain chain = contents.files();
                while (chain.hasNext()) {
                    if (chain.next().entry() instanceof ManifestEntry.File file) {
                        reader.read(file, NeededFrame.ownOf(contents.ownLevel(), file), FileTarget.NOWHERE);
                    }
                }
                reader.drain();
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        store.assertNothingOpen();
    }
}
