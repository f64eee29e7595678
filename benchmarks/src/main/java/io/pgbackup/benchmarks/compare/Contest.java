package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lets the tools do the same things in turn: A B C, A B C, and so on, so that the machine's moods meet all of them. The first turn warms up and
 * is not counted. For one thread.
 */
final class Contest implements AutoCloseable {
    static final List<String> TOOLS = List.of("ours", "ours-fresh", "pgbackrest", "pg_basebackup");

    private final CompareOptions options;
    private final Workspace workspace;
    private final ComparedServer server;
    private final DataSet dataSet;
    private final Ours ours;
    private final List<Tool> tools = new ArrayList<>();
    private final Map<Tool, Path> kept = new LinkedHashMap<>();
    private final Report report;

    /** One timed run of a tool. */
    private interface Turn {
        Measurement take(Tool tool);
    }

    Contest(
            CompareOptions options,
            Workspace workspace,
            ServerPrograms programs,
            ComparedServer server,
            DataSet dataSet)
            throws IOException {
        this.options = options;
        this.workspace = workspace;
        this.server = server;
        this.dataSet = dataSet;
        this.ours = new Ours(server.data(), server.jdbcUrl("postgres"), options.workers());
        for (String name : options.tools()) {
            switch (name) {
                case "ours" -> tools.add(ours);
                case "ours-fresh" -> tools.add(new OursFresh(workspace.commands(), ours, server, options.workers()));
                case "pgbackrest" -> addPgBackRest();
                default -> addBaseBackup(programs);
            }
        }
        this.report = new Report(options, tools, describe(server.data()));
    }

    private static String describe(Path data) {
        List<Path> files = Workspace.files(data).stream()
                .filter(file -> !file.startsWith(data.resolve("pg_wal")))
                .toList();
        long bytes = files.stream().mapToLong(file -> file.toFile().length()).sum();
        return files.size() + " files with " + bytes / 1_000_000 + " MB, WAL apart";
    }

    private void addPgBackRest() throws IOException {
        if (Commands.find("pgbackrest").isPresent()) {
            tools.add(PgBackRest.on(server, workspace, options.workers()));
        } else {
            System.err.println("pgbackrest is not installed: left out");
        }
    }

    private void addBaseBackup(ServerPrograms programs) {
        if (programs.has("pg_basebackup")) {
            tools.add(new PgBaseBackup(workspace.commands(), programs, server));
        } else {
            System.err.println("there is no pg_basebackup in " + programs.directory() + ": left out");
        }
    }

    /** Times everything; the mutation comes last, since it cannot be undone. */
    Report run() throws IOException {
        if (options.cases().contains(Case.FULL)) {
            turns(Case.FULL, this::full);
        }
        if (options.cases().contains(Case.RESTORE) || options.cases().contains(Case.INCREMENTAL)) {
            tools.stream().filter(tool -> tool.does(Case.RESTORE)).forEach(this::keepFull);
        }
        if (options.cases().contains(Case.RESTORE)) {
            turns(Case.RESTORE, this::restore);
        }
        if (options.cases().contains(Case.INCREMENTAL)) {
            dataSet.mutate(server);
            turns(Case.INCREMENTAL, this::incremental);
        }
        kept.values().forEach(Workspace::delete);
        return report;
    }

    private void turns(Case what, Turn turn) {
        for (int repetition = 0; repetition <= options.repetitions(); repetition++) {
            for (Tool tool : tools) {
                if (tool.does(what)) {
                    Measurement taken = turn.take(tool);
                    System.err.printf(
                            Locale.ROOT,
                            "%-12s %d %-14s wall %7.2f  cpu %7.2f  server %6.2f  other %6.2f  %8.1f MB%n",
                            what.text(),
                            repetition,
                            tool.name(),
                            taken.wall(),
                            taken.cpu(),
                            taken.serverCpu(),
                            taken.otherCpu(),
                            taken.bytes() / 1e6);
                    if (repetition > 0) {
                        report.add(what, tool, taken);
                    }
                }
            }
        }
    }

    private Measurement full(Tool tool) {
        Path repository = workspace.fresh(tool.name());
        tool.prepare(repository);
        workspace.warm(List.of(server.data()));
        long before = Workspace.bytes(repository);
        Measurement taken = Measurement.of(server, () -> tool.full(repository));
        long stored = Workspace.bytes(repository) - before;
        Workspace.delete(repository);
        return taken.withBytes(stored);
    }

    private void keepFull(Tool tool) {
        Path repository = workspace.fresh(tool.name());
        tool.prepare(repository);
        tool.full(repository);
        kept.put(tool, repository);
    }

    private Measurement restore(Tool tool) {
        Path repository = kept(tool);
        Path target = workspace.fresh("restored");
        workspace.warm(List.of(repository));
        Measurement taken = Measurement.of(server, () -> tool.restore(repository, target));
        long restored = Workspace.bytes(target);
        Workspace.delete(target);
        return taken.withBytes(restored);
    }

    private Measurement incremental(Tool tool) {
        Path repository = workspace.linkedCopy(kept(tool), tool.name());
        workspace.warm(List.of(server.data(), repository));
        long before = Workspace.bytes(repository);
        Measurement taken = Measurement.of(server, () -> tool.incremental(repository));
        long stored = Workspace.bytes(repository) - before;
        Workspace.delete(repository);
        return taken.withBytes(stored);
    }

    private Path kept(Tool tool) {
        Path repository = kept.get(tool);
        if (repository == null) {
            throw new IllegalStateException("no full backup was kept of " + tool.name());
        }
        return repository;
    }

    @Override
    public void close() {
        ours.close();
    }
}
