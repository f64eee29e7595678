package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
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

/**
 * Brings one file into the repositories. Returns as soon as the policy is fulfilled and nobody reads the file any more: the server may take it away then. For
 * one call.
 */
final class PushOperation {
    private static final long HEARTBEAT_MILLISECONDS = 200;

    /** How long those that the policy does not need are waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Operation operation;
    private final List<WalLane> lanes;
    private final int required;
    private final Executor executor;
    private final Semaphore news = new Semaphore(0);

    PushOperation(Operation operation, List<WalLane> lanes, WalPolicy policy, Executor executor) {
        this.operation = operation;
        this.lanes = lanes;
        this.required = policy.required(lanes.size());
        this.executor = executor;
    }

    WalPushResult run(Path file) {
        WalFileName name = name(file);
        return run(new PushTask.Cargo(name, file, WalFiles.inspect(name, file), Optional.empty()));
    }

    WalPushResult run(PushTask.Cargo cargo) {
        List<PushTask> tasks = lanes.stream()
                .map(lane -> new PushTask(lane, cargo, news::release))
                .toList();
        begin(tasks);
        try {
            await(() -> done(tasks) >= required || done(tasks) + open(tasks) < required);
            Duration fulfilled = operation.cancellation().elapsed();
            await(() -> open(tasks) == 0
                    || operation.cancellation().elapsed().minus(fulfilled).compareTo(PATIENCE) > 0);
        } finally {
            letGo(tasks);
        }
        requireNoConflict(tasks);
        if (done(tasks) < required) {
            throw failure(tasks);
        }
        return result(cargo.name(), tasks);
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
    private void begin(List<PushTask> tasks) {
        long ready = tasks.stream().filter(task -> !task.lane().resting()).count();
        for (PushTask task : tasks) {
            if (task.lane().resting() && ready >= required) {
                task.drop();
            } else if (tasks.size() == 1) {
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
        return tasks.stream()
                .filter(task -> task.state().stage() != PushTask.Stage.ENDED
                        && task.state().stage() != PushTask.Stage.DROPPED)
                .count();
    }

    /** No policy makes good that a repository has something else. */
    private static void requireNoConflict(List<PushTask> tasks) {
        for (PushTask task : tasks) {
            if (task.state().failure().orElse(null) instanceof ConflictException conflict) {
                throw conflict;
            }
        }
    }

    private static RuntimeException failure(List<PushTask> tasks) {
        List<RuntimeException> failures = new ArrayList<>();
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
