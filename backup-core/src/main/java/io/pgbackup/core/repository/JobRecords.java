package io.pgbackup.core.repository;

import io.pgbackup.catalog.JobRecord;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The registry of finished operations: one record each, a prefix for each month. Safe for use by many threads. */
public final class JobRecords {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public JobRecords(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Writes a record.
     *
     * @param job the finished operation
     */
    public void write(JobRecord job) {
        YearMonth month = YearMonth.from(job.started().atZone(ZoneOffset.UTC));
        ObjectKey key = layout.jobs(month).key(TIME.format(job.started()) + "-" + job.operationId());
        JsonRecord record = new JsonRecord()
                .put("operation", job.operationId())
                .put("kind", job.kind().name())
                .put("started", job.started().toString())
                .put("milliseconds", job.duration().toMillis())
                .put("message", job.message())
                .putMap("facts", job.facts());
        job.errorCode().ifPresent(code -> record.put("error", code));
        repository.createRecord(key, HeaderKind.JOB, record.toBytes());
    }

    /**
     * The operations that began in a month.
     *
     * @param month in UTC
     * @return in order of time
     */
    public List<JobRecord> of(YearMonth month) {
        return repository.list(layout.jobs(month)).objects().stream()
                .map(object -> repository.require(object.key(), HeaderKind.JOB, JobRecords::parse))
                .toList();
    }

    private static JobRecord parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new JobRecord(
                record.text("operation"),
                OperationKind.valueOf(record.text("kind")),
                Instant.parse(record.text("started")),
                Duration.ofMillis(record.number("milliseconds")),
                record.optionalText("error"),
                record.text("message"),
                record.map("facts"));
    }
}
