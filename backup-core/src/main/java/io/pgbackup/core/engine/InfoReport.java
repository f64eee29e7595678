package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.RepositoryStatus;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.Verification;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.set.StoredFacts;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalGap;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code info} tells, as values, JSON and text. Immutable.
 *
 * @param cluster its name
 * @param repositories in the order they were configured
 * @param backups in order of time
 * @param unsettled in order of time
 * @param retired in order of time
 * @param pins those that hold, in order of their labels
 * @param windows one for each backup
 */
record InfoReport(
        String cluster,
        List<RepositoryState> repositories,
        List<BackupInfo> backups,
        List<BackupLabel> unsettled,
        List<BackupLabel> retired,
        List<Pin> pins,
        List<RecoveryWindow> windows)
        implements RepositoryInfo {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ssxxx", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Override
    public RepositoryStatus status() {
        return repositories.stream()
                .map(RepositoryState::status)
                .max(Comparator.comparingInt(RepositoryStatus::code))
                .orElse(RepositoryStatus.MISSING_CLUSTER);
    }

    @Override
    public String toJson() {
        JsonRecord json = new JsonRecord()
                .put("cluster", cluster)
                .put("status", status(status(), ""))
                .putRecords(
                        "repositories",
                        repositories.stream().map(InfoReport::json).toList())
                .putRecords("backups", backups.stream().map(InfoReport::json).toList())
                .putTexts(
                        "unsettled",
                        unsettled.stream().map(BackupLabel::toString).toList())
                .putTexts("retired", retired.stream().map(BackupLabel::toString).toList())
                .putRecords("pins", pins.stream().map(InfoReport::json).toList())
                .putRecords("windows", windows.stream().map(InfoReport::json).toList());
        return new String(json.toBytes(), StandardCharsets.UTF_8);
    }

    private static JsonRecord status(RepositoryStatus status, String message) {
        return new JsonRecord().put("code", status.code()).put("message", message.isEmpty() ? status.text() : message);
    }

    private static JsonRecord json(RepositoryState state) {
        return new JsonRecord()
                .put("name", state.name())
                .put("location", state.location())
                .put("status", status(state.status(), state.message()))
                .put("cipher", state.encrypted() ? "aes-256-gcm" : "none")
                .putRecords(
                        "identities",
                        state.identities().stream().map(IdentityRecords::write).toList());
    }

    private static JsonRecord json(Pin pin) {
        JsonRecord json = new JsonRecord()
                .put("label", pin.label().toString())
                .put("repository", pin.repository())
                .put("reason", pin.reason())
                .put("since", pin.since().toString());
        pin.until().ifPresent(until -> json.put("until", until.toString()));
        return json;
    }

    private static JsonRecord json(RecoveryWindow window) {
        JsonRecord json = new JsonRecord()
                .put("repository", window.repository())
                .put("backup", window.backup().toString())
                .put("timeline", window.timeline())
                .put("earliest", window.earliest().toString())
                .put("earliestTime", window.earliestTime().toString())
                .put("latest", window.latest().toString())
                .put("latestTime", window.latestTime().toString());
        window.gap().ifPresent(gap -> json.put("gap", json(gap)));
        return json;
    }

    private static JsonRecord json(WalGap gap) {
        JsonRecord json = new JsonRecord()
                .put("firstMissing", gap.firstMissing())
                .put("lastMissing", gap.lastMissing())
                .put("segments", gap.segments());
        gap.dropped().ifPresent(when -> json.put("dropped", when.toString()));
        return json;
    }

    private static JsonRecord json(BackupInfo backup) {
        JsonRecord json = new JsonRecord()
                .put("label", backup.label().toString())
                .put("type", type(backup))
                .put("repository", backup.repository())
                .put("operation", backup.operationId());
        backup.base().ifPresent(base -> json.put("base", base.toString()));
        backup.origin().ifPresent(origin -> json.put("origin", StoredFacts.write(origin)));
        return json.putTexts(
                        "references",
                        backup.references().stream().map(BackupLabel::toString).toList())
                .put("adopted", StoredFacts.write(backup.adopted()))
                .put("started", backup.started().toString())
                .put("stopped", backup.stopped().toString())
                .put(
                        "durationMilliseconds",
                        Math.max(
                                0,
                                backup.stopped().toEpochMilli()
                                        - backup.started().toEpochMilli()))
                .put("timeline", backup.wal().timeline())
                .put("startLsn", backup.wal().start().toString())
                .put("stopLsn", backup.wal().stop().toString())
                .put("startSegment", backup.wal().startSegment())
                .put("stopSegment", backup.wal().stopSegment())
                .put(
                        "sizes",
                        StoredFacts.write(backup.sizes())
                                .put("storedWithReferences", backup.sizes().storedWithReferences()))
                .put("server", IdentityRecords.write(backup.server()))
                .put("badPages", backup.badPages())
                .putMap("annotations", backup.annotations())
                .putRecords(
                        "verifications",
                        backup.verifications().stream().map(InfoReport::json).toList());
    }

    private static JsonRecord json(Verification verification) {
        return new JsonRecord()
                .put("time", verification.time().toString())
                .put("depth", name(verification))
                .put("clean", verification.clean());
    }

    private static String name(Verification verification) {
        return verification.depth().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toTable() {
        StringBuilder text = new StringBuilder();
        text.append("cluster: ").append(cluster).append('\n');
        text.append("status: ")
                .append(status().code())
                .append(' ')
                .append(status().text())
                .append('\n');
        repositories.forEach(state -> append(text, state));
        backups.forEach(backup -> append(text, backup));
        unsettled.forEach(label -> text.append("\nunsettled: ").append(label).append('\n'));
        retired.forEach(label -> text.append("\nretired: ").append(label).append('\n'));
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
                .append(type(backup))
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
        windows.stream()
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
        pins.stream()
                .filter(pin ->
                        pin.label().equals(backup.label()) && pin.repository().equals(backup.repository()))
                .forEach(pin -> line(
                        text,
                        "pinned until",
                        pin.until().map(InfoReport::time).orElse("taken away") + ": " + pin.reason()));
        backup.verifications()
                .forEach(done -> line(
                        text,
                        "verified (" + name(done) + ")",
                        time(done.time()) + (done.clean() ? ", clean" : ", with findings")));
        new TreeMap<>(backup.annotations()).forEach((key, value) -> line(text, "annotation " + key, value));
    }

    private static String referenceTotal(BackupInfo backup) {
        Map<BackupType, Long> counts = backup.references().stream()
                .collect(Collectors.groupingBy(BackupLabel::type, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + shortName(entry.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("        ").append(name).append(": ").append(value).append('\n');
    }

    private static String type(BackupInfo backup) {
        return shortName(backup.type());
    }

    private static String shortName(BackupType type) {
        return switch (type) {
            case FULL -> "full";
            case DIFFERENTIAL -> "diff";
            case INCREMENTAL -> "incr";
        };
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
