package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.PgBackupRuntime;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FrameWorkers;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.route.WalRoute;
import io.pgbackup.core.engine.restore.target.MountPoints;
import io.pgbackup.core.engine.restore.target.Ownership;
import io.pgbackup.core.engine.restore.target.Surroundings;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.engine.restore.target.TargetGuard;
import io.pgbackup.core.engine.restore.target.TargetJoin;
import io.pgbackup.core.engine.restore.target.TargetPlaces;
import io.pgbackup.core.engine.restore.target.TargetSpace;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.recovery.ConfigurationValues;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at everything that could stop a restore, before a byte is written. For one call. */
public final class RestorePlanner {
    /** How many pieces of work may wait for each worker. */
    public static final int TASKS_PER_WORKER = 4;

    private static final Set<String> LINKABLE = Set.of(
            "pg_wal",
            "pg_stat_tmp",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_subtrans");

    private final Operation operation;
    private final SetContents contents;
    private final WalRoute route;
    private final PgBackupRuntime runtime;
    private final RestoreRequest request;
    private final Surroundings surroundings;
    private final ResolvedFiles resolved;

    public RestorePlanner(
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
        this.surroundings = surroundings;
        this.resolved = new ResolvedFiles(contents);
    }

    /**
     * Plans.
     *
     * @param comparing whether contents are compared too, which reads all that lies in the target
     */
    public Planned plan(boolean comparing) {
        if (request.primary().isPresent() && !request.databases().isEmpty()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "a standby cannot have only some databases: those left out cannot be dropped there",
                    "ask for standbyOf() or for onlyDatabases()");
        }
        Path root = TargetGuard.real(request.directory());
        TargetGuard guard = new TargetGuard(
                operation, request, surroundings, contents.record().server());
        Ownership.as(request.owner()).requirePossible(root);
        request.programs()
                .ifPresent(programs -> ServerPrograms.requireMajor(
                        programs, contents.record().server().majorVersion()));
        boolean existing = guard.requireUsable(root);
        TargetPlaces places = new TargetPlaces(root, links());
        DatabaseSelection selection =
                DatabaseSelection.of(request.databases(), contents.root().databases());
        MountPoints mounts = MountPoints.now();
        TablespaceMapping mapping = new TablespaceMapping(contents, request.placement());
        ChangeTally tally = new ChangeTally();
        Survey survey;
        try (OrderedWork work =
                new OrderedWork(runtime.executor(), TASKS_PER_WORKER * runtime.workers(), operation::heartbeat)) {
            boolean deep = comparing && existing;
            survey = new Survey(
                    new Survey.Means(operation, guard, mapping, selection, mounts, request.replaces()),
                    places,
                    tally,
                    deep ? comparison(work, tally) : (wanted, path) -> {},
                    contents.root().pageSize());
            survey.requireUsableLinks();
            new TargetJoin(places, mounts, survey).run(selection.of(SetEntries.withLevels(contents)));
            work.drain();
        }
        mapping.requireAllUsed();
        survey.brought(route.bytes(segmentSize()));
        survey.space().requireEnough();
        boolean ignoring = readSettings(survey.settings(), selection);
        return new Planned(plan(survey, places, tally.changes(existing)), places, selection, mounts, ignoring);
    }

    private RestorePlan plan(Survey survey, TargetPlaces places, io.pgbackup.restore.RestoreChanges changes) {
        return new RestorePlan(
                contents.repository().name(),
                contents.record().label(),
                contents.record().server(),
                contents.levels().stream().map(level -> level.label()).toList(),
                places.root(),
                survey.bytes(),
                TargetSpace.free(places.root()),
                places.tablespaces(),
                places.links(),
                changes,
                route.plan(),
                operation.warnings());
    }

    private WalSegmentSize segmentSize() {
        return new WalSegmentSize(contents.record().server().segmentSize());
    }

    private Survey.Comparison comparison(OrderedWork work, ChangeTally tally) {
        FileComparison comparison = new FileComparison(resolved.fingerprint());
        return (wanted, path) -> {
            ResolvedFile file = resolved.of(wanted);
            work.submit(() -> comparison.compare(path, file), difference -> {
                boolean paged = file.file().proof().paged();
                long fetched = file.file().attributes().size() - difference.equalBytes();
                tally.fetch(paged ? difference.units().cardinality() : 0, fetched);
                tally.reuse(difference.equalBytes());
            });
        };
    }

    private Map<String, Path> links() {
        Map<String, Path> links = new LinkedHashMap<>();
        request.placement().links().forEach((name, place) -> {
            if (!LINKABLE.contains(name)) {
                throw new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "the directory '" + name + "' of a cluster cannot be linked",
                        "these can: " + LINKABLE.stream().sorted().toList());
            }
            links.put(name, TargetGuard.real(place));
        });
        return links;
    }

    /** Reads what the set says of its server's settings, and warns; returns whether invalid pages must be ignored. */
    private boolean readSettings(SettingsInSet settings, DatabaseSelection selection) {
        Map<String, SetFile> files = read(settings);
        SetFile control = files.get(TargetDirectory.CONTROL_FILE);
        if (control == null) {
            return false;
        }
        ControlFile facts = ControlFile.parse(control.bytes());
        warnOfLimits(facts, files);
        if (selection.everything()) {
            return false;
        }
        operation.warn(
                "databases",
                "only " + request.databases()
                        + " get their content: drop the other databases at once, then ALTER SYSTEM RESET"
                        + " autovacuum");
        boolean allWhole =
                facts.fullPageWrites() && (facts.checksums() || facts.settings().walLogHints());
        if (!allWhole) {
            operation.warn(
                    "ignore_invalid_pages",
                    "is set, because the source does not log every page whole: WAL of the databases left out cannot be"
                            + " told from damage; reset it after the first start");
        }
        return !allWhole;
    }

    private void warnOfLimits(ControlFile facts, Map<String, SetFile> files) {
        List<byte[]> texts = new ArrayList<>();
        for (String name : List.of(SettingsInSet.CONFIGURATION, SettingsInSet.OVERRIDES)) {
            Optional.ofNullable(files.get(name)).ifPresent(file -> texts.add(file.bytes()));
        }
        if (!files.containsKey(SettingsInSet.CONFIGURATION)) {
            // The configuration lies outside the data directory: nobody here knows what the server will be started
            // with.
            return;
        }
        StandbyLimits.tooLow(facts.settings().limits(), ConfigurationValues.of(texts))
                .forEach(text -> operation.warn(
                        "recovery settings",
                        text + ": recovery will stop or pause until it is raised (or hot_standby is off)"));
    }

    private Map<String, SetFile> read(SettingsInSet settings) {
        Map<String, SetFile> files = new LinkedHashMap<>();
        try (FrameWorkers workers = new FrameWorkers(contents.source(), 1);
                OrderedWork work = new OrderedWork(runtime.executor(), TASKS_PER_WORKER, operation::heartbeat)) {
            ContentReader reader = new ContentReader(workers, work, operation.progress(), (file, failure) -> {
                throw failure;
            });
            settings.all().forEach((name, found) -> {
                ResolvedFile file = resolved.of(found);
                files.put(name, SetFile.of(file.file(), file.frames(), reader));
            });
            reader.drain();
        }
        return files;
    }
}
