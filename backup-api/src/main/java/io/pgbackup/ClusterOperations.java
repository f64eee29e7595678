package io.pgbackup;

import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.RepositoryBrowser;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageRequest;
import java.time.YearMonth;
import java.util.List;

/**
 * The verbs. Calls block and return facts; interrupting the calling thread cancels
 * ({@link io.pgbackup.error.OperationCancelledException}, the interrupt flag is set again). All throw
 * {@link io.pgbackup.error.PgBackupException}. Safe for use by many threads.
 */
public interface ClusterOperations {
    /**
     * Makes a repository ready for this cluster. Idempotent, and safe against others doing the same at once.
     *
     * @param repository one of those configured
     * @return whether something was made
     */
    InitializeResult initialize(Repository repository);

    /**
     * Proves the set-up: server, privileges (with the SQL that grants what is missing), files, and a round trip in every repository.
     *
     * @return what was found; problems are items of the report, not exceptions
     */
    CheckReport check();

    /**
     * Takes a backup and waits until it is complete and durable.
     *
     * @param request what and where
     * @return the committed backup
     */
    BackupResult backup(BackupRequest request);

    /**
     * Looks what a restore would do, without writing anything.
     *
     * @param request what and where
     * @return the plan
     */
    RestorePlan planRestore(RestoreRequest request);

    /**
     * Restores a backup into an absent or empty directory.
     *
     * @param request what and where
     * @return what was done
     */
    RestoreResult restore(RestoreRequest request);

    /**
     * Saves what can be saved of a backup whose commit record or manifest is lost or damaged, so that it cannot be restored. The result is no proven backup;
     * restore another backup if there is one.
     *
     * @param request what, and into which directory
     * @return what was saved, file by file, and how much of it is certain
     */
    SalvageReport salvage(SalvageRequest request);

    /**
     * What one repository holds of this cluster.
     *
     * @param repository one of those configured
     * @return facts; a repository that cannot be read is an exception
     */
    RepositoryInfo info(Repository repository);

    /**
     * What all repositories hold of this cluster, merged in order of time.
     *
     * @return facts; a repository that cannot be read has a status that says so
     */
    RepositoryInfo info();

    /**
     * Proves what is stored of all backups.
     *
     * @param repository one of those configured
     * @param depth how much to prove
     * @return as {@link #verify(VerifyRequest)}
     */
    VerifyReport verify(Repository repository, VerifyDepth depth);

    /**
     * Proves what is stored. The repository remembers each backup that was looked at, so that an interrupted verification can be taken up again and
     * {@link #info()} tells when each was verified last.
     *
     * @param request what to verify, and how much to prove
     * @return what was found; damage is a finding, a store that cannot be read is an exception
     */
    VerifyReport verify(VerifyRequest request);

    /**
     * Decides which backups retention no longer keeps, without changing anything.
     *
     * @param repository one of those configured
     * @param retention what to keep
     * @return a decision with a reason for every backup
     */
    ExpirePlan planExpire(Repository repository, Retention retention);

    /**
     * Removes what a plan says.
     *
     * @param plan made by {@link #planExpire}; refused if the catalog changed since
     * @return what was removed
     */
    ExpireResult expire(ExpirePlan plan);

    /**
     * Settles a backup whose process died, so that others can go on: it can never be committed afterwards.
     *
     * @param repository one of those configured
     * @param label an unsettled label, as {@link RepositoryInfo#unsettled()} names it
     */
    void breakLease(Repository repository, BackupLabel label);

    /**
     * The operations that finished in a month.
     *
     * @param repository one of those configured
     * @param month in UTC
     * @return in order of time
     */
    List<JobRecord> jobs(Repository repository, YearMonth month);

    /**
     * Looks at the objects of a repository.
     *
     * @param repository one of those configured
     * @return a browser, usable until the {@link PgBackup} is closed
     */
    RepositoryBrowser browse(Repository repository);
}
