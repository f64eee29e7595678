package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.Retention;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.repository.retention.Pins;
import io.pgbackup.core.repository.retention.RetentionCatalog;
import io.pgbackup.core.repository.retention.RetentionPlanner;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A pin while an expire runs: each is stopped before any of its steps on the storage, the other goes on, and whatever comes of it, a set that was said
 * to be pinned is there with all it needs.
 */
class PinRaceTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final BackupLabel FULL = BackupLabel.parse("20260101-000000F");
    private static final BackupLabel DEPENDANT = BackupLabel.parse("20260101-000000F_20260102-000000I");
    private static final BackupLabel NEWEST = BackupLabel.parse("20260201-000000F");

    private final Repository described =
            Repository.at("memory:race").unencrypted().build();
    private final RepositoryOpener opener = new RepositoryOpener(InstantSource.fixed(NOW));
    private final MemoryStorage template = template();
    private final List<Turns> running = new ArrayList<>();

    private MemoryStorage template() {
        MemoryStorage storage = new MemoryStorage(InstantSource.fixed(NOW));
        opener.create(described, storage);
        OpenRepository open = opener.open(described, storage.anotherClient());
        try {
            SyntheticSet.add(open, KnownSets.LAYOUT, FULL, List.of(), NOW);
            SyntheticSet.add(open, KnownSets.LAYOUT, DEPENDANT, List.of(FULL), NOW);
            SyntheticSet.add(open, KnownSets.LAYOUT, NEWEST, List.of(), NOW);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return storage;
    }

    private MemoryStorage copyOfTemplate() {
        MemoryStorage copy = new MemoryStorage(InstantSource.fixed(NOW));
        for (ObjectKey key : template.keys()) {
            try (InputStream in = template.read(key, ByteRange.all())) {
                copy.create(
                        key,
                        Payload.of(in.readAllBytes()),
                        ObjectAttributes.of(io.pgbackup.storage.ObjectKind.CONTROL));
            } catch (IOException | StorageException e) {
                throw new IllegalStateException(e);
            }
        }
        return copy;
    }

    @AfterEach
    void nobodyIsLeftWaiting() {
        running.forEach(Turns::finish);
    }

    private static Operation operation(OperationKind kind) {
        return new Operation(
                "race",
                kind,
                InstantSource.fixed(NOW),
                new Cancellation(Optional.empty(), Optional.empty()),
                new Listeners(List.of()),
                new Patience(new LeaseWatch(System::nanoTime, LeaseTerms.STANDARD), Duration.ZERO));
    }

    private OpenRepository stepping(MemoryStorage storage, Turns turns) {
        return opener.open(described, new SteppingStorage(storage.anotherClient(), turns::step));
    }

    private Turns expire(MemoryStorage storage) {
        Turns turns = new Turns();
        running.add(turns);
        turns.begin(() -> {
            try (OpenRepository open = stepping(storage, turns)) {
                expireBy(open);
            }
        });
        return turns;
    }

    private void expireAlone(MemoryStorage storage) {
        try (OpenRepository open = opener.open(described, storage.anotherClient())) {
            expireBy(open);
        }
    }

    private void expireBy(OpenRepository open) {
        ExpirePlan plan = new ExpirePlan(
                        described,
                        RetentionPlanner.plan(
                                new RetentionCatalog(open, KnownSets.LAYOUT).candidates(NOW),
                                Retention.keepFullBackups(1),
                                NOW))
                .deletingAtOnce();
        new ExpireOperation(operation(OperationKind.EXPIRE), open, KnownSets.LAYOUT).run(plan);
    }

    private Turns pin(MemoryStorage storage) {
        Turns turns = new Turns();
        running.add(turns);
        turns.begin(() -> {
            try (OpenRepository open = stepping(storage, turns)) {
                new PinOperation(operation(OperationKind.PIN), open, KnownSets.LAYOUT)
                        .pin(DEPENDANT, "race", Optional.empty());
            }
        });
        return turns;
    }

    @Test
    void whatWasSaidToBePinnedIsThereWhoeverComesFirst() {
        Set<ErrorCode> failures = EnumSet.noneOf(ErrorCode.class);
        int pinned = 0;
        int runs = 0;
        int pinSteps = steps(pin(copyOfTemplate()));
        int expireSteps = steps(expire(copyOfTemplate()));
        for (int ofPin = 0; ofPin <= pinSteps; ofPin++) {
            for (int ofExpire = 0; ofExpire <= expireSteps; ofExpire++) {
                for (boolean pinFirst : new boolean[] {true, false}) {
                    MemoryStorage storage = copyOfTemplate();
                    Optional<ErrorCode> failure = race(storage, pinFirst, ofPin, ofExpire);
                    failure.ifPresent(failures::add);
                    pinned += failure.isEmpty() ? 1 : 0;
                    runs++;
                    requireSound(storage, failure);
                }
            }
        }
        assertThat(failures).containsExactlyInAnyOrder(ErrorCode.BACKUP_EXPIRING, ErrorCode.BACKUP_NOT_FOUND);
        assertThat(pinned).isBetween(1, runs - 1);
    }

    private static int steps(Turns turns) {
        int steps = turns.advance(Integer.MAX_VALUE);
        assertThat(turns.failure()).isEmpty();
        return steps;
    }

    /** Each goes a part of its way, then the first of them to its end, then the other. Returns why the pin failed. */
    private Optional<ErrorCode> race(MemoryStorage storage, boolean pinFirst, int ofPin, int ofExpire) {
        running.clear();
        Turns expire = expire(storage);
        Turns pin = pin(storage);
        if (pinFirst) {
            pin.advance(ofPin);
            expire.advance(ofExpire);
            pin.finish();
            expire.finish();
        } else {
            expire.advance(ofExpire);
            pin.advance(ofPin);
            expire.finish();
            pin.finish();
        }
        expire.failure().ifPresent(failure -> assertThat(codeOf(failure)).isEqualTo(ErrorCode.PLAN_OUTDATED));
        return pin.failure().map(PinRaceTest::codeOf);
    }

    private static ErrorCode codeOf(Throwable failure) {
        if (failure instanceof PgBackupException known) {
            return known.code();
        }
        throw new AssertionError(failure);
    }

    private void requireSound(MemoryStorage storage, Optional<ErrorCode> failure) {
        if (failure.isEmpty()) {
            requireThere(storage);
            expireAlone(storage);
            requireThere(storage);
            return;
        }
        try (OpenRepository open = opener.open(described, storage.anotherClient())) {
            assertThat(new Pins(open, KnownSets.LAYOUT).of(DEPENDANT))
                    .as("a pin that failed is none")
                    .isEmpty();
        }
        expireAlone(storage);
        assertThat(storage.keys())
                .noneMatch(key -> belongsToOldSets(key) && !key.toString().contains("/pin/"));
    }

    private void requireThere(MemoryStorage storage) {
        List<ObjectKey> needed =
                template.keys().stream().filter(PinRaceTest::belongsToOldSets).toList();
        assertThat(storage.keys()).containsAll(needed);
    }

    private static boolean belongsToOldSets(ObjectKey key) {
        String name = key.toString();
        return (name.contains(FULL.toString())) && !name.contains("/retire/") && !name.contains("/lease/");
    }

    /** One actor on a thread of its own that takes a step when it is told to. */
    private static final class Turns {
        private final java.util.concurrent.SynchronousQueue<Boolean> waiting =
                new java.util.concurrent.SynchronousQueue<>();
        private final java.util.concurrent.Semaphore go = new java.util.concurrent.Semaphore(0);
        private volatile Optional<Throwable> failure = Optional.empty();
        private volatile boolean free;
        private boolean ended;

        void begin(Runnable body) {
            Thread thread = new Thread(() -> {
                try {
                    body.run();
                } catch (RuntimeException | Error e) {
                    failure = Optional.of(e);
                }
                say(false);
            });
            thread.setDaemon(true);
            thread.start();
            ended = !hear();
        }

        /** Lets it go to its end. */
        void finish() {
            if (!ended) {
                free = true;
                go.release();
                ended = !hear();
            }
        }

        /** Called before each step, on the actor's thread. */
        void step() {
            if (free) {
                return;
            }
            say(true);
            go.acquireUninterruptibly();
        }

        private void say(boolean more) {
            try {
                waiting.put(more);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private boolean hear() {
            try {
                Boolean more = waiting.poll(60, TimeUnit.SECONDS);
                assertThat(more).as("the actor goes on").isNotNull();
                return Boolean.TRUE.equals(more);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Lets it take steps; returns how many it took. */
        int advance(int most) {
            int taken = 0;
            while (!ended && taken < most) {
                go.release();
                ended = !hear();
                taken++;
            }
            return taken;
        }

        Optional<Throwable> failure() {
            return failure;
        }
    }

    /** Calls back before each verb. */
    private record SteppingStorage(Storage delegate, Runnable before) implements Storage {
        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            before.run();
            delegate.create(key, payload, attributes);
        }

        @Override
        public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
            before.run();
            return delegate.read(key, range);
        }

        @Override
        public Optional<io.pgbackup.storage.ObjectInfo> stat(ObjectKey key) throws StorageException {
            before.run();
            return delegate.stat(key);
        }

        @Override
        public io.pgbackup.storage.Listing list(ObjectPrefix prefix) throws StorageException {
            before.run();
            return delegate.list(prefix);
        }

        @Override
        public io.pgbackup.storage.DeleteReport delete(java.util.Collection<ObjectKey> keys) throws StorageException {
            before.run();
            return delegate.delete(keys);
        }

        @Override
        public void close() {
            delegate.close();
        }
    }
}
