package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Medians and ratios as Markdown. For one thread. */
final class Report {
    private final CompareOptions options;
    private final List<Tool> tools;
    private final String source;
    private final Map<Case, Map<Tool, List<Measurement>>> results = new EnumMap<>(Case.class);

    Report(CompareOptions options, List<Tool> tools, String source) {
        this.options = options;
        this.tools = List.copyOf(tools);
        this.source = source;
    }

    void add(Case what, Tool tool, Measurement taken) {
        results.computeIfAbsent(what, absent -> new LinkedHashMap<>())
                .computeIfAbsent(tool, absent -> new ArrayList<>())
                .add(taken);
    }

    String toMarkdown() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "Scale %s: %s. %d repetitions, medians, smallest and largest in parentheses; %d workers, %d processors, JDK %s.%n%n",
                options.scale(),
                source,
                options.repetitions(),
                options.workers(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")));
        tools.forEach(tool -> text.append("- ")
                .append(tool.name())
                .append(": ")
                .append(tool.description())
                .append('\n'));
        text.append(
                "\n| case | tool | wall s | CPU s | server CPU s | other CPU s | MB |\n|---|---|---|---|---|---|---|\n");
        results.forEach((what, byTool) -> byTool.forEach((tool, taken) -> text.append(line(what, tool, taken))));
        if (results.values().stream().anyMatch(byTool -> byTool.size() > 1)) {
            text.append("\n| case | ours / peer | wall | CPU | CPU with server | bytes |\n|---|---|---|---|---|---|\n");
            results.forEach((what, byTool) -> ratios(what, byTool, text));
        }
        return text.toString();
    }

    private static String line(Case what, Tool tool, List<Measurement> taken) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.2f | %.2f | %.1f |%n",
                what.text(),
                tool.name(),
                spread(taken, Measurement::wall),
                spread(taken, Measurement::cpu),
                median(taken, Measurement::serverCpu),
                median(taken, Measurement::otherCpu),
                median(taken, Measurement::bytes) / 1e6);
    }

    private static void ratios(Case what, Map<Tool, List<Measurement>> byTool, StringBuilder text) {
        byTool.forEach((tool, taken) -> byTool.forEach((peer, theirs) -> {
            if (isOurs(tool) && !isOurs(peer)) {
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s / %s | %.2f | %.2f | %.2f | %.2f |%n",
                        what.text(),
                        tool.name(),
                        peer.name(),
                        median(taken, Measurement::wall) / median(theirs, Measurement::wall),
                        median(taken, Measurement::cpu) / median(theirs, Measurement::cpu),
                        median(taken, Report::allCpu) / median(theirs, Report::allCpu),
                        median(taken, Measurement::bytes) / median(theirs, Measurement::bytes)));
            }
        }));
    }

    private static boolean isOurs(Tool tool) {
        return tool.name().startsWith("ours");
    }

    private static double allCpu(Measurement taken) {
        return taken.cpu() + taken.serverCpu();
    }

    private static String spread(List<Measurement> taken, ToDoubleFunction<Measurement> what) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                median(taken, what),
                taken.stream().mapToDouble(what).min().orElseThrow(),
                taken.stream().mapToDouble(what).max().orElseThrow());
    }

    static double median(List<Measurement> taken, ToDoubleFunction<Measurement> what) {
        double[] sorted = taken.stream().mapToDouble(what).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
