package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.catalog.VerifyReport.Severity;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Tells what a store removed by its own rule from what is lost: what is missing of a backup that is old enough. It is damage with that cause if a backup needs it that
 * is younger than the rule, for then the rule is shorter than the chains.
 *
 * @param rule age after which the store removes objects
 * @param now the time
 */
record ProviderExpiry(Duration rule, Instant now) {
    List<Finding> explain(List<Finding> findings) {
        return findings.stream()
                .map(this::explain)
                .sorted(java.util.Comparator.comparing(Finding::severity))
                .toList();
    }

    private Finding explain(Finding finding) {
        boolean gone = finding.code() == ErrorCode.OBJECT_MISSING
                && finding.label().filter(this::isOld).isPresent();
        if (!gone) {
            return finding;
        }
        List<BackupLabel> needing =
                finding.affects().stream().filter(label -> !isOld(label)).toList();
        boolean harmless = needing.isEmpty();
        return new Finding(
                harmless ? Severity.NOTICE : finding.severity(),
                ErrorCode.EXPIRED_BY_PROVIDER,
                finding.label(),
                finding.object(),
                finding.path(),
                harmless ? List.of() : needing,
                "expired by the provider: the backup is older than the " + rule.toDays() + " days of its rule"
                        + (harmless
                                ? "; delete what is left of it by expire"
                                : ", but younger backups are built upon it: the rule is too short. "
                                        + finding.message()));
    }

    /** A label says when a backup began. */
    private boolean isOld(BackupLabel label) {
        return label.time().toInstant(ZoneOffset.UTC).plus(rule).isBefore(now);
    }
}
