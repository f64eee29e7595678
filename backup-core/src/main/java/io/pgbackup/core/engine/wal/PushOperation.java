package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalPushResult;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Brings one file into the repositories. Returns as soon as the policy is fulfilled and nobody reads the file any more: the server may take it away then. For
 * one call.
 */
final class PushOperation {
    private static final long HEARTBEAT_MILLISECONDS = 200;

    /** How long those that the policy does not need are waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How long repositories are waited for while the server has more WAL than it shall have. */
    private static final Duration PATIENCE_BEFORE_DROPPING = Duration.ofSeconds(20);

    private final Operation operation;
    private final List<WalLane> lanes;
    private final int required;
    private final Executor executor;
    private final Optional<Dropping> dropping;
    private final LongSupplier ticker;
    private final long begun;
    private final Semaphore news = new Semaphore(0);

    /** If WAL may be given up, the policy is given with it. */
    PushOperation(Operation operation, WalLanes lanes, WalPolicy policy, Optional<Dropping> dropping) {
        this.operation = operation;
        this.lanes = lanes.all();
        this.required = policy.required(this.lanes.size());
        this.executor = lanes.executor();
        this.dropping = dropping;
        this.ticker = lanes.ticker();
        this.begun = ticker.getAsLong();
    }

    WalPushResult run(Path file) {
        WalFileName name = name(file);
        return run(new PushTask.Cargo(name, file, WalFiles.inspect(name, file), Optional.empty()));
    }

    WalPushResult run(PushTask.Cargo cargo) {
        List<PushTask> tasks = lanes.stream()
                .map(lane -> new PushTask(lane, cargo, news::release))
                .toList();
        Optional<Dropping> due = dropping.filter(policy -> policy.isDue(cargo.file()));
        // Whoever failed a moment ago is not asked then: WAL comes while one waits.
        Predicate<WalLane> aside = due.isEmpty() ? WalLane::resting : WalLane::awayJustNow;
        long ready = lanes.stream().filter(aside.negate()).count();
        long demanded = due.isEmpty() ? required : Math.min(required, ready);
        begin(tasks, aside.and(lane -> ready >= demanded));
        List<PushTask> silent;
        try {
            await(() -> done(tasks) >= demanded
                    || done(tasks) + open(tasks) < demanded && (due.isEmpty() || done(tasks) > 0 || open(tasks) == 0)
                    || due.isPresent() && ticker.getAsLong() - begun > PATIENCE_BEFORE_DROPPING.toNanos());
            Duration fulfilled = operation.cancellation().elapsed();
            await(() -> open(tasks) == 0
                    || operation.cancellation().elapsed().minus(fulfilled).compareTo(PATIENCE) > 0);
            silent = tasks.stream().filter(PushOperation::isOpen).toList();
        } finally {
            letGo(tasks);
        }
        requireNoConflict(tasks);
        if (done(tasks) < required) {
            List<WalLane> keyless = silent.stream()
                    .map(PushTask::lane)
                    .filter(WalLane::asksForKeys)
                    .toList();
            silent.stream()
                    .map(PushTask::lane)
                    .filter(lane -> !keyless.contains(lane))
                    .forEach(WalLane::hangs);
            Dropping policy =
                    due.filter(some -> keyless.isEmpty() && areAway(tasks)).orElseThrow(() -> failure(tasks, keyless));
            return done(tasks) > 0 ? result(cargo.name(), tasks) : dropped(cargo, policy);
        }
        return result(cargo.name(), tasks);
    }

    /** Nothing is wrong with the file; repositories do not answer. */
    private static boolean areAway(List<PushTask> tasks) {
        return tasks.stream().flatMap(task -> task.state().failure().stream()).allMatch(Dropping::isUnreachable);
    }

    /** Noted before anybody is told that it is archived. */
    private WalPushResult dropped(PushTask.Cargo cargo, Dropping policy) {
        policy.note(cargo.name(), cargo.file(), operation.clock().instant());
        operation.warn(
                "WAL",
                cargo.name() + " IS GIVEN UP: more than " + policy.limit().bytes()
                        + " bytes wait in pg_wal and no repository answers. Nobody can recover over it: take a backup as soon as repositories answer");
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        lanes.forEach(lane -> outcomes.put(lane.where().name(), Outcome.DROPPED));
        return new WalPushResult(cargo.name().toString(), outcomes);
    }

    private static WalFileName name(Path file) {
        String name = String.valueOf(file.getFileName());
        return WalFileName.tryParse(name)
                .orElseThrow(() -> new ClusterException(
                        ErrorCode.WAL_INVALID,
                        "'" + name + "' is not the name of a WAL file",
                        "push what the server's archive_command names with %p"));
    }

    /** A lane that failed a moment ago is asked only if the policy cannot be fulfilled without it. */
    private void begin(List<PushTask> tasks, Predicate<WalLane> left) {
        for (PushTask task : tasks) {
            if (left.test(task.lane())) {
                task.drop();
            } else if (tasks.size() == 1 && dropping.isEmpty()) {
                task.run();
            } else {
                executor.execute(task);
            }
        }
    }

    /** Whatever has not begun begins no more; what reads the file ends to do so. */
    private void letGo(List<PushTask> tasks) {
        tasks.forEach(PushTask::drop);
        // Local reading: it ends soon, and must have ended also for a caller who was interrupted.
        while (tasks.stream().anyMatch(task -> task.state().stage() == PushTask.Stage.READING)) {
            news.acquireUninterruptibly();
        }
    }

    /** Something that comes true by what tasks do. */
    private interface Condition {
        boolean holds();
    }

    private void await(Condition condition) {
        while (!condition.holds()) {
            operation.heartbeat();
            try {
                news.tryAcquire(HEARTBEAT_MILLISECONDS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long done(List<PushTask> tasks) {
        return tasks.stream().filter(task -> task.state().outcome().isPresent()).count();
    }

    private static long open(List<PushTask> tasks) {
        return tasks.stream().filter(PushOperation::isOpen).count();
    }

    private static boolean isOpen(PushTask task) {
        return task.state().stage() != PushTask.Stage.ENDED && task.state().stage() != PushTask.Stage.DROPPED;
    }

    /** No policy makes good that a repository has something else. */
    private static void requireNoConflict(List<PushTask> tasks) {
        for (PushTask task : tasks) {
            if (task.state().failure().orElse(null) instanceof ConflictException conflict) {
                throw conflict;
            }
        }
    }

    private static RuntimeException failure(List<PushTask> tasks, List<WalLane> keyless) {
        List<RuntimeException> failures = new ArrayList<>();
        keyless.forEach(lane -> failures.add(new RepositoryException(
                ErrorCode.KEY_SERVICE_UNAVAILABLE,
                "the key management service of repository " + lane.where().name() + " does not answer",
                "Check the network and the state of the service; the server asks again.")));
        tasks.forEach(task -> task.state().failure().ifPresent(failures::add));
        if (failures.isEmpty()) {
            return new InternalException(
                    ErrorCode.INTERNAL, "no repository took the file, none said why", "report this");
        }
        RuntimeException first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        return first;
    }

    private WalPushResult result(WalFileName name, List<PushTask> tasks) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (PushTask task : tasks) {
            String repository = task.lane().where().name();
            Optional<Outcome> outcome = task.state().outcome();
            outcomes.put(repository, outcome.orElse(Outcome.LATER));
            if (outcome.isEmpty()) {
                task.lane().passedOver();
                String why = task.state().failure().map(Throwable::getMessage).orElse("it does not answer");
                operation.warn("repository " + repository, name + " is not archived there yet: " + why);
            }
        }
        return new WalPushResult(name.toString(), outcomes);
    }
}
