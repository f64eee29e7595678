package io.pgbackup.backup;

import io.pgbackup.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A backup wanted in several repositories at once. Each repository gets a set of its own: its own label, base, key and codec. Immutable.
 */
public final class SharedBackupRequest {
    private final BackupRequest.Draft draft;
    private final List<Repository> repositories;

    SharedBackupRequest(BackupRequest.Draft draft, List<Repository> repositories) {
        this.draft = draft;
        this.repositories = List.copyOf(repositories);
        List<Repository> seen = new ArrayList<>();
        for (Repository repository : this.repositories) {
            if (seen.stream().anyMatch(other -> other.location().equals(repository.location()))) {
                throw new IllegalArgumentException(repository + " is named twice");
            }
            seen.add(repository);
        }
    }

    /**
     * Where the backup goes.
     *
     * @return in the order given; empty for {@linkplain BackupRequest.Draft#toAll() all} repositories of the {@link io.pgbackup.PgBackup}
     */
    public List<Repository> repositories() {
        return repositories;
    }

    /**
     * What is wanted of one repository.
     *
     * @param repository one of those the backup goes to
     * @return the same as a request for that repository alone
     */
    public BackupRequest in(Repository repository) {
        return draft.to(Objects.requireNonNull(repository, "repository"));
    }
}
