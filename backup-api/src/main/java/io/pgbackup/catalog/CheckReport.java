package io.pgbackup.catalog;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.VerificationException;
import java.util.List;

/**
 * What a check of the set-up found.
 *
 * @param operationId of the operation
 * @param items what was checked, in order
 */
public record CheckReport(String operationId, List<Item> items) {
    /**
     * One thing that was checked.
     *
     * @param subject what
     * @param passed whether it is as it should be
     * @param message what was found
     * @param remedy what to do, for a missing privilege the SQL that grants it; empty if nothing
     */
    public record Item(String subject, boolean passed, String message, String remedy) {}

    /** Copies the list. */
    public CheckReport {
        items = List.copyOf(items);
    }

    /**
     * What is not as it should be.
     *
     * @return empty if all is well
     */
    public List<Item> failures() {
        return items.stream().filter(item -> !item.passed()).toList();
    }

    /**
     * Fails unless everything passed.
     *
     * @return this report
     * @throws VerificationException naming what did not
     */
    public CheckReport requireOk() {
        List<Item> failures = failures();
        if (!failures.isEmpty()) {
            Item first = failures.get(0);
            throw new VerificationException(
                    ErrorCode.CHECK_FAILED,
                    failures.size() + " checks failed; the first: " + first.subject() + ": " + first.message(),
                    first.remedy().isEmpty() ? "read the items of the report" : first.remedy());
        }
        return this;
    }
}
