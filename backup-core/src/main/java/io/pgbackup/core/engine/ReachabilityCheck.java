package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.repository.RepositoryLayout;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.util.List;
import java.util.Optional;

/** Looks whether a store can be reached at all, and says at which step it cannot. For one call. */
final class ReachabilityCheck {
    private final Repositories repositories;
    private final ObjectKey probe;
    private final List<Item> items;

    /**
     * A check.
     *
     * @param repositories opens them
     * @param probe an object that may be written and deleted
     * @param items takes what is found
     */
    ReachabilityCheck(Repositories repositories, ObjectKey probe, List<Item> items) {
        this.repositories = repositories;
        this.probe = probe;
        this.items = items;
    }

    /** One look, tried a few times only: whoever checks wants to know now. What is no matter of the way there is left to what comes next. */
    boolean canBeReached(Repository repository, String subject) {
        try (Storage storage = repositories.impatient(repository)) {
            storage.stat(RepositoryLayout.FORMAT);
            return true;
        } catch (StorageException e) {
            Optional<Reachability> found = Reachability.of(e);
            found.ifPresent(reachability -> report(repository, subject, reachability, String.valueOf(e.getMessage())));
            return found.isEmpty();
        }
    }

    /** Says more about a failure, if it is one of the way there. */
    boolean explained(Repository repository, String subject, PgBackupException failure) {
        Optional<Reachability> found = Reachability.of(failure);
        found.ifPresent(reachability ->
                report(repository, subject, reachability, failure.code() + ": " + failure.getMessage()));
        return found.isPresent();
    }

    private void report(Repository repository, String subject, Reachability reachability, String message) {
        items.add(reachability.item(subject, message));
        if (reachability.step() == FailedStep.PERMISSION) {
            try (Storage storage = repositories.impatient(repository)) {
                items.add(new PermissionProbe(storage, probe).run(subject));
            }
        }
    }
}
