package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.VerificationException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param operationId of the operation
 * @param depth what was asked for
 * @param verified backups looked at, in order of time
 * @param skipped backups not looked at because they were verified not long ago
 * @param bytesRead bytes of bundles that were read
 * @param findings what was found, worst first
 * @param duration from call to end
 */
public record VerifyReport(
        String operationId,
        VerifyDepth depth,
        List<BackupLabel> verified,
        List<BackupLabel> skipped,
        long bytesRead,
        List<Finding> findings,
        Duration duration) {
    /** How bad a finding is. */
    public enum Severity {
        /** Something that a restore needs is lost or not what it should be. */
        DAMAGE,
        /** Something is not what it should be; no restore needs it. */
        WEAKNESS,
        /** Nothing is wrong: left behind by something that was interrupted, or not of this library. Takes space, or is worth a look. */
        NOTICE
    }

    /**
     * One thing that was found.
     *
     * @param severity how bad it is
     * @param code what kind of thing
     * @param label the backup whose object it is; empty if it is of none
     * @param object key of the object, or a prefix if it cannot be told nearer
     * @param path the file of the cluster whose content it is; empty if it is no content
     * @param affects backups whose restore may need it, in order of time; empty unless something is damaged
     * @param message for people
     */
    public record Finding(
            Severity severity,
            ErrorCode code,
            Optional<BackupLabel> label,
            String object,
            Optional<String> path,
            List<BackupLabel> affects,
            String message) {
        /** Copies the list. */
        public Finding {
            affects = List.copyOf(affects);
        }
    }

    /** Copies the lists. */
    public VerifyReport {
        verified = List.copyOf(verified);
        skipped = List.copyOf(skipped);
        findings = List.copyOf(findings);
    }

    /**
     * How many backups were looked at.
     *
     * @return at least 0
     */
    public int backups() {
        return verified.size();
    }

    /**
     * Whether nothing is wrong.
     *
     * @return true if there are no findings but notices
     */
    public boolean clean() {
        return findings.stream().allMatch(finding -> finding.severity() == Severity.NOTICE);
    }

    /**
     * Fails unless nothing is wrong.
     *
     * @return this report
     * @throws VerificationException naming the number of findings and the first
     */
    public VerifyReport requireClean() {
        List<Finding> serious = findings.stream()
                .filter(finding -> finding.severity() != Severity.NOTICE)
                .toList();
        if (!serious.isEmpty()) {
            Finding first = serious.get(0);
            throw new VerificationException(
                    ErrorCode.CHECK_FAILED,
                    serious.size() + " findings; the first: " + first.object() + ": " + first.message(),
                    "read the findings of the report; backups that none of them affects can still be restored");
        }
        return this;
    }
}
