package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.RepositoryInfo.RepositoryState;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchiveGaps;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code info} tells, as text for people. Immutable.
 *
 * @param report what is told
 */
record InfoTable(InfoReport report) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ssxxx", Locale.ROOT).withZone(ZoneOffset.UTC);

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("cluster: ").append(report.cluster()).append('\n');
        text.append("status: ")
                .append(report.status().code())
                .append(' ')
                .append(report.status().text())
                .append('\n');
        report.repositories().forEach(state -> append(text, state));
        report.backups().forEach(backup -> append(text, backup));
        report.unsettled()
                .forEach(label -> text.append("\nunsettled: ").append(label).append('\n'));
        report.retired()
                .forEach(label -> text.append("\nretired: ").append(label).append('\n'));
        return text.toString();
    }

    private static void append(StringBuilder text, RepositoryState state) {
        text.append("\nrepository ")
                .append(state.name())
                .append(": ")
                .append(state.status().code());
        text.append(' ')
                .append(state.message().isEmpty() ? state.status().text() : state.message())
                .append('\n');
        text.append("    location: ").append(state.location()).append('\n');
        text.append("    cipher: ")
                .append(state.encrypted() ? "aes-256-gcm" : "none")
                .append('\n');
        for (int index = 0; index < state.identities().size(); index++) {
            ServerIdentity identity = state.identities().get(index);
            text.append("    db ").append(index + 1);
            text.append(index + 1 == state.identities().size() ? " (current)" : " (prior)");
            text.append(": PostgreSQL ").append(identity.majorVersion()).append(", system ");
            text.append(Long.toUnsignedString(identity.systemIdentifier())).append('\n');
        }
    }

    private void append(StringBuilder text, BackupInfo backup) {
        BackupSizes sizes = backup.sizes();
        text.append("\n    ")
                .append(InfoReport.type(backup))
                .append(" backup: ")
                .append(backup.label())
                .append('\n');
        line(text, "operation", backup.operationId());
        line(text, "timestamp start/stop", time(backup.started()) + " / " + time(backup.stopped()));
        line(text, "duration", seconds(backup) + " s");
        line(
                text,
                "wal start/stop",
                backup.wal().startSegment() + " / " + backup.wal().stopSegment());
        line(text, "lsn start/stop", backup.wal().start() + " / " + backup.wal().stop());
        report.windows().stream()
                .filter(window -> window.backup().equals(backup.label())
                        && window.repository().equals(backup.repository())
                        && (window.latest().compareTo(window.earliest()) > 0
                                || window.gap().isPresent()))
                .forEach(window -> line(
                        text,
                        "recovery window",
                        "until " + window.latest() + ", archived " + time(window.latestTime())
                                + window.gap()
                                        .map(gap -> "; then " + ArchiveGaps.describe(gap))
                                        .orElse("")));
        line(text, "database size", size(sizes.cluster()) + ", backup read " + size(sizes.read()));
        line(
                text,
                "repository " + backup.repository(),
                "backup set size " + size(sizes.storedWithReferences()) + ", backup size "
                        + size(sizes.stored() + sizes.walStored() + sizes.manifestStored()));
        line(text, "pages", sizes.changedPages() + " of " + sizes.pages() + " stored");
        if (!backup.adopted().labels().isEmpty()) {
            line(
                    text,
                    "resumed",
                    size(backup.adopted().bytes()) + " stored by "
                            + backup.adopted().labels().size() + " interrupted attempts");
        }
        if (backup.base().isPresent()) {
            line(text, "backup reference total", referenceTotal(backup));
        }
        backup.origin()
                .ifPresent(origin -> line(text, "copy of", origin.label() + " of repository " + origin.repositoryId()));
        if (backup.badPages() > 0) {
            line(text, "bad pages", Long.toString(backup.badPages()));
        }
        report.pins().stream()
                .filter(pin ->
                        pin.label().equals(backup.label()) && pin.repository().equals(backup.repository()))
                .forEach(pin -> line(
                        text,
                        "pinned until",
                        pin.until().map(InfoTable::time).orElse("taken away") + ": " + pin.reason()));
        backup.verifications()
                .forEach(done -> line(
                        text,
                        "verified (" + InfoReport.name(done) + ")",
                        time(done.time()) + (done.clean() ? ", clean" : ", with findings")));
        new TreeMap<>(backup.annotations()).forEach((key, value) -> line(text, "annotation " + key, value));
    }

    private static String referenceTotal(BackupInfo backup) {
        Map<BackupType, Long> counts = backup.references().stream()
                .collect(Collectors.groupingBy(BackupLabel::type, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + InfoReport.shortName(entry.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("        ").append(name).append(": ").append(value).append('\n');
    }

    private static long seconds(BackupInfo backup) {
        return Math.max(0, backup.stopped().getEpochSecond() - backup.started().getEpochSecond());
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }

    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        double value = bytes;
        int unit = -1;
        do {
            value /= 1024;
            unit++;
        } while (value >= 1024 && unit < 4);
        return String.format(Locale.ROOT, "%.1f%sB", value, "KMGTP".charAt(unit));
    }
}
