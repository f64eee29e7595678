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
 * @param backups number of backups looked at
 * @param bytesRead bytes read from the repository
 * @param findings what is wrong; empty if nothing
 * @param duration from call to end
 */
public record VerifyReport(
        String operationId, VerifyDepth depth, int backups, long bytesRead, List<Finding> findings, Duration duration) {
    /**
     * One thing that is wrong.
     *
     * @param label the backup it concerns; empty if it is none in particular
     * @param object key of the object
     * @param code what kind of thing
     * @param message for people
     */
    public record Finding(Optional<BackupLabel> label, String object, ErrorCode code, String message) {}

    /** Copies the list. */
    public VerifyReport {
        findings = List.copyOf(findings);
    }

    /**
     * Whether nothing is wrong.
     *
     * @return true if there are no findings
     */
    public boolean clean() {
        return findings.isEmpty();
    }

    /**
     * Fails unless nothing is wrong.
     *
     * @return this report
     * @throws VerificationException naming the number of findings and the first
     */
    public VerifyReport requireClean() {
        if (!clean()) {
            Finding first = findings.get(0);
            throw new VerificationException(
                    ErrorCode.CHECK_FAILED,
                    findings.size() + " findings; the first: " + first.object() + ": " + first.message(),
                    "read the findings of the report; backups without findings can still be restored");
        }
        return this;
    }
}
