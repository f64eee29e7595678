package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** This library in a new JVM for each call, its start included: what a command line pays. */
final class OursFresh implements Tool {
    private final Commands commands;
    private final Ours running;
    private final List<String> cluster;

    OursFresh(Commands commands, Ours running, ComparedServer server, int workers) {
        this.commands = commands;
        this.running = running;
        this.cluster = List.of(server.data().toString(), server.jdbcUrl("postgres"), Integer.toString(workers));
    }

    /**
     * Does one thing, in a JVM of its own.
     *
     * @param arguments data directory, JDBC URL, workers; what; repository; target of a restore
     */
    public static void main(String[] arguments) {
        try (Ours ours = new Ours(Path.of(arguments[0]), arguments[1], Integer.parseInt(arguments[2]))) {
            Path repository = Path.of(arguments[4]);
            switch (Case.of(arguments[3])) {
                case FULL -> ours.full(repository);
                case INCREMENTAL -> ours.incremental(repository);
                case RESTORE -> ours.restore(repository, Path.of(arguments[5]));
            }
        }
    }

    @Override
    public String name() {
        return "ours-fresh";
    }

    @Override
    public String description() {
        return "the same in a new JVM, its start included; no JVM options";
    }

    @Override
    public boolean does(Case what) {
        return true;
    }

    @Override
    public void prepare(Path repository) {
        running.prepare(repository);
    }

    @Override
    public void full(Path repository) {
        call(Case.FULL, repository);
    }

    @Override
    public void incremental(Path repository) {
        call(Case.INCREMENTAL, repository);
    }

    @Override
    public void restore(Path repository, Path target) {
        call(Case.RESTORE, repository, target);
    }

    private void call(Case what, Path... paths) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                absoluteClassPath(),
                OursFresh.class.getName()));
        command.addAll(cluster);
        command.add(what.text());
        for (Path path : paths) {
            command.add(path.toString());
        }
        commands.run(command, Map.of());
    }

    /** The new process begins in another directory. */
    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
