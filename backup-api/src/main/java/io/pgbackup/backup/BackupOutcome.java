package io.pgbackup.backup;

import io.pgbackup.Repository;
import io.pgbackup.error.PgBackupException;
import java.util.Objects;

/** What came of a shared backup in one repository. */
public sealed interface BackupOutcome {
    /**
     * Where.
     *
     * @return the repository
     */
    Repository repository();

    /**
     * The backup is committed.
     *
     * @param repository where
     * @param result the facts
     */
    record Succeeded(Repository repository, BackupResult result) implements BackupOutcome {
        /** Checks that both are given. */
        public Succeeded {
            Objects.requireNonNull(repository, "repository");
            Objects.requireNonNull(result, "result");
        }
    }

    /**
     * There is no backup in this repository; what was stored of it is not listed.
     *
     * @param repository where
     * @param failure why
     */
    record Failed(Repository repository, PgBackupException failure) implements BackupOutcome {
        /** Checks that both are given. */
        public Failed {
            Objects.requireNonNull(repository, "repository");
            Objects.requireNonNull(failure, "failure");
        }
    }
}
