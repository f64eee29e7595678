package io.pgbackup.core.engine;

import io.pgbackup.catalog.JobRecord;
import io.pgbackup.error.PgBackupException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Leaves the job record of a finished operation. */
public final class JobLog {
    private JobLog() {}

    /**
     * Writes the record; that it could not be written is a warning.
     *
     * @param operation that has ended, or a part of it
     * @param started when, by the clock
     * @param registry takes the record
     * @param failure how it ended, if not well
     */
    public static void write(
            Operation operation, Instant started, Consumer<JobRecord> registry, Optional<PgBackupException> failure) {
        JobRecord job = new JobRecord(
                operation.id(),
                operation.kind(),
                started,
                operation.cancellation().elapsed(),
                failure.map(exception -> exception.code().name()),
                failure.map(Throwable::getMessage).orElse(""),
                operation.facts());
        boolean interrupted = Thread.interrupted();
        try {
            registry.accept(job);
        } catch (RuntimeException e) {
            operation.warn("job record", "could not be written: " + e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
