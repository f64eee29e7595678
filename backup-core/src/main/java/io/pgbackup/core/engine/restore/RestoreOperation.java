package io.pgbackup.core.engine.restore;

import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.plan.ChangeTally;
import io.pgbackup.core.engine.restore.plan.Planned;
import io.pgbackup.core.engine.restore.plan.ResolvedFiles;
import io.pgbackup.core.engine.restore.plan.RestorePlanner;
import io.pgbackup.core.engine.restore.plan.RestoreSource;
import io.pgbackup.core.engine.restore.plan.SetEntries;
import io.pgbackup.core.engine.restore.plan.SetFile;
import io.pgbackup.core.engine.restore.route.WalBringing;
import io.pgbackup.core.engine.restore.route.WalRoute;
import io.pgbackup.core.engine.restore.target.ChangeGate;
import io.pgbackup.core.engine.restore.target.Ownership;
import io.pgbackup.core.engine.restore.target.RestoreClaim;
import io.pgbackup.core.engine.restore.target.RestoreMarker;
import io.pgbackup.core.engine.restore.target.SurplusTree;
import io.pgbackup.core.engine.restore.target.Surroundings;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.engine.restore.target.TargetFile;
import io.pgbackup.core.engine.restore.target.TargetJoin;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Restores a set: plan, nothing that could be started any more, what is surplus removed, directories and files, recovery settings, everything durable, and
 * the control file last, so that a half restore can never be started. For one call.
 */
public final class RestoreOperation {

    private final Operation operation;
    private final SetContents contents;
    private final WalRoute route;
    private final PgBackupRuntime runtime;
    private final RestoreRequest request;
    private final RestorePlanner planner;
    private final ChangeTally tally = new ChangeTally();
    private final ServerManifest serverManifest = new ServerManifest();
    private final LongAdder files = new LongAdder();
    private ChangeGate gate;

    /**
     * For one call.
     *
     * @param operation the call
     * @param source the set to restore, and the way from it to the target
     * @param runtime whose workers read
     * @param request what is wanted
     * @param surroundings what must not be touched
     */
    public RestoreOperation(
            Operation operation,
            RestoreSource source,
            PgBackupRuntime runtime,
            RestoreRequest request,
            Surroundings surroundings) {
        this.operation = operation;
        this.contents = source.contents();
        this.route = source.route();
        this.runtime = runtime;
        this.request = request;
        this.planner = new RestorePlanner(operation, source, runtime, request, surroundings);
        this.gate = path -> operation.cancellation().check();
    }

    /**
     * Asks another gate before each change; otherwise only whether the operation was cancelled.
     *
     * @param other the gate
     * @return this
     */
    public RestoreOperation through(ChangeGate other) {
        gate = other;
        return this;
    }

    /**
     * Looks at everything that could stop the restore and at everything that it would change.
     *
     * @return the plan
     */
    public RestorePlan plan() {
        return planner.plan(true).plan();
    }

    /**
     * Restores.
     *
     * @return what was done
     */
    public RestoreResult run() {
        operation.progress().phase("planning");
        CipherWarmup.begin(
                contents.repository().cipher().encrypted(),
                contents.record().sizes().cluster());
        Planned planned = planner.plan(false);
        operation.progress().expect(planned.plan().bytesToWrite());
        TargetDirectory target = new TargetDirectory(planned.places(), Ownership.as(request.owner()), gate);
        SurplusTree surplus = new SurplusTree(planned.mounts());
        RestoreMarker marker = RestoreMarker.of(
                contents.record().server().systemIdentifier(),
                contents.record().label().toString(),
                planned.places());
        RestoreClaim claim = target.claim(marker, !planned.plan().changes().existing());
        try {
            long bytesRead = settled(planned, target, surplus);
            target.unknownOwners().forEach(owner -> operation.warn("owner", owner + " is not known here"));
            return result(planned.plan(), bytesRead);
        } finally {
            claim.close();
        }
    }

    /** Begun with replacingExisting() a failed restore stays and can be completed; otherwise nothing of it is left. */
    private long settled(Planned planned, TargetDirectory target, SurplusTree surplus) {
        try {
            return restore(planned, target, surplus);
        } catch (Throwable e) {
            if (!request.replaces()) {
                clear(target, surplus, e);
            }
            throw e;
        }
    }

    private RestoreResult result(RestorePlan plan, long bytesRead) {
        operation.fact("label", plan.label().toString());
        operation.fact("bytesReused", Long.toString(tally.reusedBytes()));
        RestorePlan done = new RestorePlan(
                plan.repository(),
                plan.label(),
                plan.server(),
                plan.chain(),
                plan.directory(),
                plan.bytesToWrite(),
                plan.bytesFree(),
                plan.tablespaces(),
                plan.links(),
                tally.changes(plan.changes().existing()),
                plan.wal(),
                operation.warnings());
        return new RestoreResult(
                operation.id(),
                done,
                files.sum(),
                tally.fetchedBytes(),
                tally.reusedBytes(),
                bytesRead,
                operation.cancellation().elapsed());
    }

    private long restore(Planned planned, TargetDirectory target, SurplusTree surplus) {
        target.begin();
        if (planned.plan().changes().existing()) {
            operation.progress().phase("removing what the backup does not hold");
            new TargetJoin(planned.places(), planned.mounts(), new Clearing(operation, target, surplus, tally))
                    .run(planned.selection().of(SetEntries.withoutLevels(contents)));
        }
        TargetFile.Rules rules = new TargetFile.Rules(target.ownership(), gate, files, ConcurrentHashMap.newKeySet());
        try {
            return fill(planned, target, rules);
        } finally {
            rules.abandon();
        }
    }

    private long fill(Planned planned, TargetDirectory target, TargetFile.Rules rules) {
        try (FrameWorkers workers = new FrameWorkers(contents.source(), runtime.workers());
                OrderedWork work = new OrderedWork(
                        runtime.executor(),
                        RestorePlanner.TASKS_PER_WORKER * runtime.workers(),
                        operation::heartbeat)) {
            operation.progress().phase("restoring files");
            ContentReader reader = new ContentReader(workers, work, operation.progress(), (file, failure) -> {
                throw failure;
            });
            Filling filling = new Filling(
                    new Filling.Means(operation, reader, work, new ResolvedFiles(contents), rules, planned.selection()),
                    target,
                    tally,
                    request.serverManifest() ? serverManifest : RestoredFiles.UNHEARD);
            new TargetJoin(planned.places(), planned.mounts(), filling)
                    .run(planned.selection().of(SetEntries.withLevels(contents)));
            filling.finish();
            complete(planned, target, filling, work);
            return reader.bytesRead();
        }
    }

    private void complete(Planned planned, TargetDirectory target, Filling filling, OrderedWork work) {
        EntryAttributes model = filling.fileModel().orElseThrow(this::incomplete);
        operation.progress().phase("bringing WAL");
        new WalBringing(target, model).bring(route, work);
        operation.progress().phase("making it durable");
        SetFile control = filling.control().orElseThrow(this::incomplete);
        target.giveRootsTo(filling.directoryModel().orElse(model));
        RecoveryFiles recovery = new RecoveryFiles(target, request, model);
        recovery.relocateTablespaces(contents.record().server().majorVersion());
        String signal = recovery.configure(filling.tablespacesInPlace(), planned, route);
        if (request.serverManifest()) {
            writeServerManifest(target, List.of(RecoveryFiles.SETTINGS, RecoveryFiles.MAP, signal), control, model);
        }
        target.sync(work);
        target.finish(control.bytes(), model);
    }

    private void writeServerManifest(
            TargetDirectory target, List<String> written, SetFile control, EntryAttributes model) {
        Instant now = operation.clock().instant();
        written.stream().filter(target::holds).forEach(name -> serverManifest.add(name, target.read(name), now));
        serverManifest.add(TargetDirectory.CONTROL_FILE, control.bytes(), now);
        target.write(
                ServerManifest.NAME, serverManifest.toBytes(contents.record().wal()), model);
    }

    private RepositoryException incomplete() {
        return contents.repository()
                .malformed(
                        contents.layout().set(contents.root().label()).manifestRoot(),
                        new IllegalArgumentException("it names no control file, or no files at all"));
    }

    /** The target was empty before: what a failed restore has written is of no use to anybody. */
    private static void clear(TargetDirectory target, SurplusTree surplus, Throwable failure) {
        boolean interrupted = Thread.interrupted();
        try {
            target.clear(surplus);
        } catch (IOException | RuntimeException suppressed) {
            failure.addSuppressed(suppressed);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
