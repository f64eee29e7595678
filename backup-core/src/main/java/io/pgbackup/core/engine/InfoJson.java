package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryInfo.RepositoryState;
import io.pgbackup.catalog.RepositoryStatus;
import io.pgbackup.catalog.Verification;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.set.StoredFacts;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalGap;
import java.nio.charset.StandardCharsets;

/**
 * What {@code info} tells, as JSON. Immutable.
 *
 * @param report what is told
 */
record InfoJson(InfoReport report) {
    String text() {
        JsonRecord json = new JsonRecord()
                .put("cluster", report.cluster())
                .put("status", status(report.status(), ""))
                .putRecords(
                        "repositories",
                        report.repositories().stream().map(InfoJson::json).toList())
                .putRecords(
                        "backups", report.backups().stream().map(InfoJson::json).toList())
                .putTexts(
                        "unsettled",
                        report.unsettled().stream().map(BackupLabel::toString).toList())
                .putTexts(
                        "retired",
                        report.retired().stream().map(BackupLabel::toString).toList())
                .putRecords("pins", report.pins().stream().map(InfoJson::json).toList())
                .putRecords(
                        "windows", report.windows().stream().map(InfoJson::json).toList());
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
                .put("type", InfoReport.type(backup))
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
                        backup.verifications().stream().map(InfoJson::json).toList());
    }

    private static JsonRecord json(Verification verification) {
        return new JsonRecord()
                .put("time", verification.time().toString())
                .put("depth", InfoReport.name(verification))
                .put("clean", verification.clean());
    }
}
