package io.pgbackup.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two servers, table by table.
 *
 * @param lines one for each table that either server has
 */
record TableComparison(List<Line> lines) {
    /**
     * One table.
     *
     * @param table database, schema and name
     * @param source its contents on one server; empty if it is missing there
     * @param restored its contents on the other
     */
    record Line(String table, Optional<TableContents> source, Optional<TableContents> restored) {
        boolean equal() {
            return source.isPresent() && source.equals(restored);
        }
    }

    static TableComparison of(Map<String, TableContents> source, Map<String, TableContents> restored) {
        Set<String> tables = new TreeSet<>(source.keySet());
        tables.addAll(restored.keySet());
        List<Line> lines = new ArrayList<>();
        for (String table : tables) {
            lines.add(
                    new Line(table, Optional.ofNullable(source.get(table)), Optional.ofNullable(restored.get(table))));
        }
        return new TableComparison(lines);
    }

    /** Nothing compared proves nothing, so no tables are not equal. */
    boolean equal() {
        return !lines.isEmpty() && lines.stream().allMatch(Line::equal);
    }
}
