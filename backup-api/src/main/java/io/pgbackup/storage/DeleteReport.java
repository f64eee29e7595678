package io.pgbackup.storage;

import java.util.Map;

/**
 * Outcome of a delete.
 *
 * @param failures why each key that still exists (or may exist) could not be deleted; empty if all are gone
 */
public record DeleteReport(Map<ObjectKey, StorageException> failures) {
    /** Copies the map. */
    public DeleteReport {
        failures = Map.copyOf(failures);
    }

    /**
     * The report of a delete without failures.
     *
     * @return the empty report
     */
    public static DeleteReport complete() {
        return new DeleteReport(Map.of());
    }
}
