package io.pgbackup.core.engine.restore;

import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.recovery.TablespaceMap;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Restores a set: plan, directories and files, recovery settings, everything durable, and the control file last, so that a half restore can never
 * be started. For one call.
 */
public final class RestoreOperation {
    private static final int RANGES_PER_WORKER = 4;
    private static final String CONTROL_FILE = "global/pg_control";
    private static final String SETTINGS_FILE = "postgresql.auto.conf";
    private static final String MAP_FILE = "tablespace_map";

    private final Operation operation;
    private final SetContents contents;
    private final PgBackupRuntime runtime;
    private final RestoreRequest request;
    private final LongAdder files = new LongAdder();
    private boolean tablespacesInPlace;
    private @Nullable EntryAttributes model;
    private ControlFileCopy control = new ControlFileCopy();

    /**
     * For one call.
     *
     * @param operation the call
     * @param contents of the set to restore
     * @param runtime whose workers read
     * @param request what is wanted
     */
    public RestoreOperation(
            Operation operation, SetContents contents, PgBackupRuntime runtime, RestoreRequest request) {
        this.operation = operation;
        this.contents = contents;
        this.runtime = runtime;
        this.request = request;
    }

    /**
     * Looks at everything that could stop the restore.
     *
     * @return the plan
     */
    public RestorePlan plan() {
        return new RestorePlanner(operation, contents, request).plan();
    }

    /**
     * Restores.
     *
     * @return what was done
     */
    public RestoreResult run() {
        operation.progress().phase("planning");
        RestorePlan plan = plan();
        operation.progress().expect(plan.bytesToWrite());
        CipherWarmup.run();
        TargetDirectory target = new TargetDirectory(plan.directory(), plan.tablespaces());
        try {
            long bytesRead = restore(plan, target);
            target.unknownOwners().forEach(owner -> operation.warn("owner", owner + " is not known here"));
            operation.fact("label", plan.label().toString());
            return new RestoreResult(
                    operation.id(),
                    plan,
                    files.sum(),
                    plan.bytesToWrite(),
                    bytesRead,
                    operation.cancellation().elapsed());
        } catch (Throwable e) {
            clear(target, e);
            throw e;
        }
    }

    private long restore(RestorePlan plan, TargetDirectory target) {
        target.create();
        try (FrameWorkers workers = new FrameWorkers(contents.source(), runtime.workers());
                OrderedWork work = new OrderedWork(
                        runtime.executor(), RANGES_PER_WORKER * runtime.workers(), operation::heartbeat)) {
            operation.progress().phase("restoring files");
            ContentReader reader = new ContentReader(workers, work, operation.progress(), (file, failure) -> {
                throw failure;
            });
            restoreFiles(target, reader);
            restoreLateFiles(target, reader);
            reader.drain();

            operation.progress().phase("making it durable");
            EntryAttributes attributes = requireModel();
            target.giveRootsTo(attributes.ownership());
            relocateTablespaces(plan, target, attributes);
            configureRecovery(target, attributes);
            target.sync(work);
            target.write(CONTROL_FILE, control.bytes(), attributes);
            return reader.bytesRead();
        }
    }

    private void restoreFiles(TargetDirectory target, ContentReader reader) {
        FrameFingerprint fingerprint = new FrameFingerprint(contents.root().seed());
        int pageSize = contents.root().pageSize();
        long zero = fingerprint.of(new byte[pageSize], 0, pageSize);
        ManifestChain chain = contents.files();
        while (chain.hasNext()) {
            ManifestChain.Chained next = chain.next();
            operation.heartbeat();
            if (next.entry() instanceof ManifestEntry.Directory directory) {
                noteInPlace(directory);
                target.directory(directory);
            } else if (next.entry() instanceof ManifestEntry.Link link) {
                target.link(link);
            } else if (next.entry() instanceof ManifestEntry.File file) {
                if (model == null && !file.proof().paged()) {
                    model = file.attributes();
                }
                ResolvedFile resolved = ResolvedFile.of(next.levels(), pageSize, zero);
                reader.read(file, resolved.frames(), target.file(file, files::increment));
            }
        }
    }

    /** A real directory below pg_tblspc makes recovery stop, unless the server is told that it is meant. */
    private void noteInPlace(ManifestEntry.Directory directory) {
        tablespacesInPlace |= directory.path().components().size() == 2
                && directory.path().components().get(0).equals("pg_tblspc");
    }

    private void restoreLateFiles(TargetDirectory target, ContentReader reader) {
        Iterator<ManifestEntry> late = contents.lateFiles();
        while (late.hasNext()) {
            if (late.next() instanceof ManifestEntry.File file) {
                boolean last = file.path().toString().equals(CONTROL_FILE);
                reader.read(
                        file,
                        NeededFrame.ownOf(contents.ownLevel(), file),
                        last ? control.receiving(file) : target.file(file, files::increment));
            }
        }
    }

    private void relocateTablespaces(RestorePlan plan, TargetDirectory target, EntryAttributes attributes) {
        byte[] map = target.read(MAP_FILE);
        if (map.length == 0) {
            return;
        }
        int major = contents.record().server().majorVersion();
        Map<Long, TablespaceLocation> places = new LinkedHashMap<>();
        for (Map.Entry<Long, Path> place : plan.tablespaces().entrySet()) {
            places.put(place.getKey(), TablespaceLocation.of(NativePaths.bytes(place.getValue())));
        }
        target.write(MAP_FILE, TablespaceMap.parse(map, major).relocated(places).bytes(major), attributes);
    }

    private void configureRecovery(TargetDirectory target, EntryAttributes attributes) {
        RecoverySettings settings = request.archivingKept()
                ? RecoverySettings.endOfBackup().keepingArchiving()
                : RecoverySettings.endOfBackup().with("synchronous_standby_names", "");
        if (tablespacesInPlace) {
            settings = settings.with("allow_in_place_tablespaces", "on");
        }
        target.write(SETTINGS_FILE, settings.appliedTo(target.read(SETTINGS_FILE)), attributes);
        target.write(settings.signalFile(), new byte[0], attributes);
    }

    private EntryAttributes requireModel() {
        return Optional.ofNullable(model)
                .orElseThrow(() -> contents.repository()
                        .malformed(
                                contents.layout().set(contents.root().label()).manifestRoot(),
                                new IllegalArgumentException("it names no files")));
    }

    /** The target was empty before: what a failed restore has written is of no use to anybody. */
    private static void clear(TargetDirectory target, Throwable failure) {
        boolean interrupted = Thread.interrupted();
        try {
            target.clear();
        } catch (IOException | RuntimeException suppressed) {
            failure.addSuppressed(suppressed);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
