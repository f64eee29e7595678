package io.pgbackup.core.engine;

import io.pgbackup.ClusterOperations;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.Retention;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.Warning;
import java.util.Optional;

/**
 * The expire behind a committed backup. It is an operation of its own, with its own job record; whatever happens to it, the backup stands. Immutable.
 *
 * @param verbs plan and expire
 * @param repository that holds the backup
 * @param retention what to keep; empty if no expire was asked for
 */
record FollowingExpire(ClusterOperations verbs, Repository repository, Optional<Retention> retention) {
    /** The result of the backup, with what became of the expire. */
    BackupResult after(BackupResult backup) {
        if (retention.isEmpty()) {
            return backup;
        }
        try {
            ExpireResult expired = verbs.expire(verbs.planExpire(repository, retention.get()));
            return backup.followedBy(expired);
        } catch (PgBackupException e) {
            return failed(backup, e.code() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            return failed(backup, e.toString());
        }
    }

    private static BackupResult failed(BackupResult backup, String why) {
        return backup.withWarning(
                new Warning("expire", "the backup is complete, but the expire after it failed: " + why));
    }
}
