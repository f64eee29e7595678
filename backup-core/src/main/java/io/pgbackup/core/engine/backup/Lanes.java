package io.pgbackup.core.engine.backup;

import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcome;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.storage.PatientStorage;
import io.pgbackup.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The lanes of one run. A lane that fails drops out, is told about and settled, and the others go on; without a lane there is nothing to go on for. For the
 * thread that leads the run.
 */
final class Lanes implements AutoCloseable {
    /** Long enough for every call where nobody else waits. */
    private static final Duration UNLIMITED = Duration.ofDays(36_500);

    /** A lane that has dropped out has used up most of its patience. */
    private static final int PARTING = 10;

    private final Operation operation;
    private final Function<Repository, Duration> patience;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Lane> told = new ArrayList<>();

    Lanes(
            Operation operation,
            List<BackupRequest> requests,
            ClusterLayout layout,
            Function<Repository, Duration> patience) {
        this.operation = operation;
        this.patience = patience;
        requests.forEach(request -> lanes.add(new Lane(operation.part(), request, layout)));
        operation.duty(() -> lanes.forEach(lane -> lane.state().attempt(lane::beat)));
    }

    /** Opens every repository; where there are several, a storage that hangs holds nobody up for longer than the patience. */
    void open(BackupOperation.Opener opener) {
        warnIfSomeAreOpen();
        each(lane -> lane.open(() -> opener.open(lane.where(), wrapping(lane))));
    }

    private UnaryOperator<Storage> wrapping(Lane lane) {
        return lanes.size() == 1 ? UnaryOperator.identity() : storage -> new PatientStorage(storage, patienceFor(lane));
    }

    /** How long others wait for a lane. Safe for use by many threads. */
    Supplier<Duration> patienceFor(Lane lane) {
        return () -> {
            Duration limit = patience.apply(lane.where());
            if (!lane.state().alive()) {
                return limit.dividedBy(PARTING);
            }
            boolean others = lanes.stream()
                    .anyMatch(other -> other != lane && other.state().alive());
            return others ? limit : UNLIMITED;
        };
    }

    private void warnIfSomeAreOpen() {
        List<String> unencrypted = lanes.stream()
                .map(Lane::where)
                .filter(repository -> repository.key().isEmpty())
                .map(Repository::name)
                .toList();
        if (!unencrypted.isEmpty() && unencrypted.size() < lanes.size()) {
            operation.warn(
                    "encryption",
                    "this backup is encrypted in some repositories, but not in " + String.join(", ", unencrypted));
        }
    }

    /** Does a step in every lane that is left; fails if then none is left. */
    void each(Consumer<Lane> step) {
        lanes.forEach(lane -> lane.state().attempt(() -> step.accept(lane)));
        requireOne();
    }

    /** Commits every lane that is left. Once one has its backup, nothing takes it away: a cancellation then ends the other lanes alone. */
    void commit() {
        for (Lane lane : lanes) {
            if (lane.state().alive()) {
                try {
                    lane.commit();
                } catch (RuntimeException e) {
                    lane.state().end(e);
                }
            }
        }
        requireOne();
    }

    /** The lanes that are left. */
    List<Lane> alive() {
        return lanes.stream().filter(lane -> lane.state().alive()).toList();
    }

    /** To be called often: whether the run should go on. */
    void heartbeat() {
        operation.heartbeat();
        requireOne();
    }

    private void requireOne() {
        for (Lane lane : lanes) {
            if (!lane.state().alive() && !told.contains(lane) && lanes.size() > 1) {
                told.add(lane);
                String reason =
                        lane.state().failure().map(Throwable::getMessage).orElse("");
                operation.warn("repository " + lane.where().name(), "dropped from this backup: " + reason);
                lane.settle();
            }
        }
        if (alive().isEmpty()) {
            throw failure();
        }
    }

    /** Why there is no lane left: the reason of the first, with those of the others. */
    private RuntimeException failure() {
        List<Throwable> reasons = lanes.stream()
                .flatMap(lane -> lane.state().failure().stream())
                .distinct()
                .toList();
        Throwable first = reasons.get(0);
        reasons.stream().skip(1).forEach(first::addSuppressed);
        return first instanceof RuntimeException known ? known : operation.named(first);
    }

    /** The run has ended without a commit, and every lane with it. */
    void end(Throwable reason) {
        lanes.forEach(lane -> lane.state().end(reason));
    }

    BackupOutcomes outcomes() {
        List<BackupOutcome> all = lanes.stream().map(Lane::outcome).toList();
        return new BackupOutcomes(all);
    }

    /** Settles what is not committed, leaves a job record in each repository, and closes them. No worker may be copying. */
    @Override
    public void close() {
        lanes.forEach(Lane::close);
    }
}
