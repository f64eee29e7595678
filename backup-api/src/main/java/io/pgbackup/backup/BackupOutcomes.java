package io.pgbackup.backup;

import io.pgbackup.Repository;
import io.pgbackup.error.PgBackupException;
import java.util.List;
import java.util.stream.Stream;

/**
 * What came of a shared backup in each of its repositories. At least one succeeded: otherwise the call has thrown.
 *
 * @param all in the order of the request
 */
public record BackupOutcomes(List<BackupOutcome> all) {
    /** Copies the list. */
    public BackupOutcomes {
        all = List.copyOf(all);
    }

    /**
     * Whether every repository has its backup.
     *
     * @return false if one has failed
     */
    public boolean allSucceeded() {
        return failures().isEmpty();
    }

    /**
     * The committed backups.
     *
     * @return in the order of the request
     */
    public List<BackupResult> results() {
        return of(BackupOutcome.Succeeded.class)
                .map(BackupOutcome.Succeeded::result)
                .toList();
    }

    /**
     * The repositories that have none.
     *
     * @return in the order of the request
     */
    public List<BackupOutcome.Failed> failures() {
        return of(BackupOutcome.Failed.class).toList();
    }

    /**
     * What came of it in one repository.
     *
     * @param repository one of the request's
     * @return its outcome
     * @throws IllegalArgumentException if the backup did not go there
     */
    public BackupOutcome in(Repository repository) {
        return all.stream()
                .filter(outcome -> outcome.repository().location().equals(repository.location()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the backup did not go to " + repository));
    }

    /**
     * Insists on every repository.
     *
     * @return the committed backups, one for each repository
     * @throws PgBackupException the first failure, with the others suppressed
     */
    public List<BackupResult> orThrow() {
        List<BackupOutcome.Failed> failures = failures();
        if (failures.isEmpty()) {
            return results();
        }
        PgBackupException first = failures.get(0).failure();
        failures.stream()
                .map(BackupOutcome.Failed::failure)
                .filter(other ->
                        other != first && !List.of(first.getSuppressed()).contains(other))
                .forEach(first::addSuppressed);
        throw first;
    }

    private <T extends BackupOutcome> Stream<T> of(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast);
    }
}
