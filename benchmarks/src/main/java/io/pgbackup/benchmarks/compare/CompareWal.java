package io.pgbackup.benchmarks.compare;

import io.pgbackup.Compression;
import io.pgbackup.core.testkit.ServerUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * The command: segments per second into and out of an archive, one call per segment as the server makes it, of this library and of pgBackRest in turn. For
 * each codec, encrypted or not.
 */
public final class CompareWal {
    private static final String USAGE = """
            --segments 64          of 16 MiB, from a real server
            --repetitions 3        timed runs of each, after one that is not counted
            --server auto          auto, embedded, or a directory with initdb, pg_ctl and postgres
            --work DIRECTORY       where everything is made; otherwise below java.io.tmpdir
            """;

    /** How segments are stored. */
    record Way(Compression compression, boolean encrypted) {
        String text() {
            return (compression.algorithm() == Compression.Algorithm.LZ4 ? "lz4" : "zstd:" + compression.level())
                    + (encrypted ? ", encrypted" : "");
        }
    }

    private static final List<Way> WAYS = List.of(
            new Way(Compression.lz4(), false),
            new Way(Compression.lz4(), true),
            new Way(Compression.zstd(3), false),
            new Way(Compression.zstd(3), true));

    private final Workspace workspace;
    private final WalSource source;
    private final int repetitions;
    private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
    private final Map<String, Long> bytes = new LinkedHashMap<>();

    private CompareWal(Workspace workspace, WalSource source, int repetitions) {
        this.workspace = workspace;
        this.source = source;
        this.repetitions = repetitions;
    }

    /**
     * Runs.
     *
     * @param arguments as the usage says
     * @throws IOException if a directory cannot be made
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "--segments",
                "64",
                "--repetitions",
                "3",
                "--server",
                "auto",
                "--work",
                System.getProperty("java.io.tmpdir")));
        for (int at = 0; at < arguments.length; at += 2) {
            if (at + 1 == arguments.length || options.replace(arguments[at], arguments[at + 1]) == null) {
                System.err.println(arguments[at] + " is unknown or lacks its value\n" + USAGE);
                System.exit(2);
            }
        }
        System.out.println(run(options::get));
    }

    /** As Markdown. */
    static String run(Function<String, String> option) throws IOException {
        ServerUser user = ServerUser.choose();
        Path root = Files.createTempDirectory(Path.of(option.apply("--work")), "pgbackup-wal");
        // The path of a Unix socket has hardly more than a hundred bytes.
        Path socket = Files.createTempDirectory(Path.of("/tmp"), "pgwal");
        try {
            user.own(socket);
            Workspace workspace = new Workspace(root, user);
            ComparedServer.Place place =
                    new ComparedServer.Place(root.resolve("cluster"), socket, root.resolve("server.log"));
            try (WalSource source = WalSource.make(
                    workspace,
                    ServerPrograms.choose(option.apply("--server")),
                    place,
                    Integer.parseInt(option.apply("--segments")))) {
                return new CompareWal(workspace, source, Integer.parseInt(option.apply("--repetitions"))).times();
            }
        } finally {
            Workspace.delete(socket);
            Workspace.delete(root);
        }
    }

    private String times() throws IOException {
        for (Way way : WAYS) {
            List<WalTool> tools = new ArrayList<>(List.of(new OursWal(source, way)));
            if (Commands.find("pgbackrest").isPresent()) {
                tools.add(new PgBackRestWal(workspace, source, way, false));
                tools.add(new PgBackRestWal(workspace, source, way, true));
            } else {
                System.err.println("pgbackrest is not installed: left out");
            }
            for (int repetition = 0; repetition <= repetitions; repetition++) {
                for (WalTool tool : tools) {
                    time(tool, way, repetition > 0);
                }
            }
        }
        return table();
    }

    private void time(WalTool tool, Way way, boolean counted) throws IOException {
        Path repository = workspace.fresh(tool.name().replace(' ', '-'));
        source.ready();
        workspace.warm(List.of(source.data()));
        try (WalTool.Session session = tool.open(repository)) {
            double push = timed(source.pushing(session.archiveCommand()));
            long stored = Workspace.bytes(repository);
            workspace.warm(List.of(repository));
            double fetch = timed(source.fetching(session.restoreCommand()));
            source.requireFetched();
            System.err.printf(
                    Locale.ROOT,
                    "%-22s %-16s push %6.2f s  fetch %6.2f s  %7.1f MB%n",
                    way.text(),
                    tool.name(),
                    push,
                    fetch,
                    stored / 1e6);
            if (counted) {
                add("push | " + way.text() + " | " + tool.name(), push, stored);
                add("fetch | " + way.text() + " | " + tool.name(), fetch, stored);
            }
        }
        Workspace.delete(repository);
    }

    private double timed(List<String> loop) {
        long begin = System.nanoTime();
        workspace.commands().runAsServerUser(loop, Map.of());
        return (System.nanoTime() - begin) / 1e9;
    }

    private void add(String row, double taken, long stored) {
        seconds.computeIfAbsent(row, absent -> new ArrayList<>()).add(taken);
        bytes.put(row, stored);
    }

    private String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d segments of 16 MiB, one call each; %d repetitions, medians, smallest and largest in parentheses; %d processors, JDK %s.%n%n"
                        + "| | stored as | tool | s | segments/s | MB |%n|---|---|---|---|---|---|%n",
                source.segments().size(),
                repetitions,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")));
        seconds.forEach((row, taken) -> {
            double[] sorted =
                    taken.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f (%.2f–%.2f) | %.1f | %.1f |%n",
                    row,
                    median,
                    sorted[0],
                    sorted[sorted.length - 1],
                    source.segments().size() / median,
                    bytes.getOrDefault(row, 0L) / 1e6));
        });
        return text.toString();
    }
}
