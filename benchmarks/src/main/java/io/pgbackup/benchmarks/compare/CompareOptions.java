package io.pgbackup.benchmarks.compare;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the command line says.
 *
 * @param scale size of the data set; 1.0 is about 2 GB
 * @param repetitions how often each is timed, after one run that is not
 * @param workers workers or processes of each tool
 * @param cases what is timed
 * @param tools names of the tools; those of {@link Contest#TOOLS} unless said otherwise
 * @param server {@code auto}, {@code embedded}, or the directory of a server's programs
 * @param work where everything is made; a new temporary directory unless said otherwise
 * @param keep whether the data set stays for the next run in the same directory
 */
record CompareOptions(
        double scale,
        int repetitions,
        int workers,
        Set<Case> cases,
        List<String> tools,
        String server,
        Optional<Path> work,
        boolean keep) {
    static final String USAGE = """
            --scale 1.0                        size of the data set; 1.0 is about 2 GB
            --repetitions 5                    timed runs of each, after one that is not counted
            --workers 2                        workers or processes of each tool
            --only full,incremental,restore    what is timed
            --tool ours,ours-fresh,pgbackrest,pg_basebackup
            --server auto                      auto, embedded, or a directory with initdb, pg_ctl and postgres
            --work DIRECTORY                   where everything is made; otherwise below java.io.tmpdir
            --keep                             with --work: leaves the data set for the next run
            """;

    /** What is timed. */
    enum Case {
        FULL,
        INCREMENTAL,
        RESTORE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Case of(String text) {
            return valueOf(text.trim().toUpperCase(Locale.ROOT));
        }
    }

    static CompareOptions defaults() {
        return new CompareOptions(1.0, 5, 2, EnumSet.allOf(Case.class), Contest.TOOLS, "auto", Optional.empty(), false);
    }

    static CompareOptions parse(String... arguments) {
        CompareOptions options = defaults();
        for (int index = 0; index < arguments.length; index++) {
            if (arguments[index].equals("--keep")) {
                options = options.keeping();
            } else if (index + 1 < arguments.length) {
                options = options.with(arguments[index], arguments[++index]);
            } else {
                throw new IllegalArgumentException(arguments[index] + " is unknown or lacks its value");
            }
        }
        if (options.keep() && options.work().isEmpty()) {
            throw new IllegalArgumentException("--keep needs --work");
        }
        return options;
    }

    private CompareOptions with(String name, String value) {
        return switch (name) {
            case "--scale" -> changed(Double.parseDouble(value), repetitions, workers);
            case "--repetitions" -> changed(scale, Integer.parseInt(value), workers);
            case "--workers" -> changed(scale, repetitions, Integer.parseInt(value));
            case "--only" ->
                new CompareOptions(
                        scale,
                        repetitions,
                        workers,
                        EnumSet.copyOf(list(value).stream().map(Case::of).toList()),
                        tools,
                        server,
                        work,
                        keep);
            case "--tool" ->
                new CompareOptions(scale, repetitions, workers, cases, known(list(value)), server, work, keep);
            case "--server" -> new CompareOptions(scale, repetitions, workers, cases, tools, value, work, keep);
            case "--work" ->
                new CompareOptions(
                        scale,
                        repetitions,
                        workers,
                        cases,
                        tools,
                        server,
                        Optional.of(Path.of(value).toAbsolutePath().normalize()),
                        keep);
            default -> throw new IllegalArgumentException(name + " is unknown");
        };
    }

    private CompareOptions changed(double newScale, int newRepetitions, int newWorkers) {
        if (!(newScale > 0) || newRepetitions < 1 || newWorkers < 1) {
            throw new IllegalArgumentException("scale, repetitions and workers are positive");
        }
        return new CompareOptions(newScale, newRepetitions, newWorkers, cases, tools, server, work, keep);
    }

    private CompareOptions keeping() {
        return new CompareOptions(scale, repetitions, workers, cases, tools, server, work, true);
    }

    private static List<String> list(String value) {
        return List.of(value.split(","));
    }

    private static List<String> known(List<String> names) {
        for (String name : names) {
            if (!Contest.TOOLS.contains(name)) {
                throw new IllegalArgumentException(name + " is none of " + Contest.TOOLS);
            }
        }
        return names;
    }
}
