package io.pgbackup;

import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.backup.SharedBackupRequest;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.DeletionConsent;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.LifecycleRule;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryBrowser;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.keys.RepositoryKeys;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageRequest;
import io.pgbackup.wal.ClusterWal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

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
     * Says that the server is the successor of the one backed up so far, as {@code pg_upgrade} makes it: with another system identifier and, mostly, a
     * higher major version. Backups taken before stay, and can be restored with the programs of their version; nothing new is built upon
     * them, so the next backup is a full one. To be called once for each repository, with the data directory and connection of the new server.
     *
     * <p>Nothing tells a successor from a stranger: whoever calls this says so. Refused are a server that another cluster of the repository is, and
     * one of a lower major version, unless the cluster was that very server before.
     *
     * @param repository one of those configured, which knows the cluster
     * @return {@link InitializeResult#ALREADY_VALID} if this server is the one backed up so far
     */
    InitializeResult upgradeCluster(Repository repository);

    /**
     * Says that the server has a history of its own from now on, though its system identifier is the same: a restored copy that goes on under this
     * name while another server may go on as well. Backups taken before stay and can be restored; nothing new is built upon them.
     *
     * @param repository one of those configured, which knows the cluster
     * @return {@link InitializeResult#CREATED}
     */
    InitializeResult forkCluster(Repository repository);

    /**
     * Proves the set-up: server, privileges (with the SQL that grants what is missing), files, and a round trip in every repository. Where WAL is
     * archived, a segment of the server's log is ended and must come into the repositories within a minute. That a server archives elsewhere is an error only where WAL was
     * archived before, or if that fails; otherwise it is said what it means.
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
     * Takes a backup into several repositories at once: the cluster is read once, and each repository gets a set of its own. A repository that fails, or is
     * so slow that the others would wait for it, is dropped and reported; the others go on.
     *
     * @param request what and where
     * @return what came of it in each repository, at least one committed backup
     * @throws io.pgbackup.error.PgBackupException if there is no committed backup: what failed in the first repository, with the other failures suppressed
     */
    BackupOutcomes backup(SharedBackupRequest request);

    /**
     * Copies backups, with whatever they lean on, to another repository. What is there already is not copied again, so a copy that was interrupted is
     * repeated to go on. Every page is proved on the way, compressed and encrypted anew for the target.
     *
     * @param request what, from where and to where
     * @return what was copied
     */
    CopyResult copy(CopyRequest request);

    /**
     * Makes a full backup of an incremental or differential one and all it leans on, without reading the database.
     *
     * @param request what, from where and to where
     * @return the full backup; nothing was copied if there is such a one already
     */
    CopyResult combine(CombineRequest request);

    /**
     * Looks what a restore would do, without writing anything.
     *
     * @param request what and where
     * @return the plan
     */
    RestorePlan planRestore(RestoreRequest request);

    /**
     * Restores a backup into an absent or empty directory, or over what is there if the request says so.
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
     * Says what the store may remove by itself without harm to a retention; touches nothing.
     *
     * @param repository one of those configured, in a store that has such rules
     * @param retention by age only; what it keeps by number is not known to a store
     * @param fullEvery the longest time between two full backups
     * @return the rule
     * @throws io.pgbackup.error.PgBackupException with {@code INVALID_REQUEST} if the retention keeps anything by number, the time is not positive, or the store has no
     *     such rules
     */
    LifecycleRule lifecycleRule(Repository repository, Retention retention, Duration fullEvery);

    /**
     * Decides what goes if one backup is deleted, without changing anything: the backup and all that depend on it.
     *
     * @param repository one of those configured
     * @param label the backup
     * @param consents what may be deleted only by name
     * @return a decision for every backup
     * @throws io.pgbackup.error.PgBackupException with {@code BACKUP_NOT_FOUND}; with {@code BACKUP_PROTECTED} or {@code LAST_FULL_BACKUP} without consent
     */
    ExpirePlan planDelete(Repository repository, BackupLabel label, DeletionConsent... consents);

    /**
     * Keeps a backup, and everything it leans on, whatever retention says. A later pin of the same backup takes the place of an earlier one.
     *
     * @param repository one of those configured
     * @param label the backup
     * @param reason why, for whoever wonders later: 1 to 1024 characters, never a secret
     * @param until when the pin ends, in the future; empty to keep it until {@link #unpin}
     * @return the pin
     * @throws io.pgbackup.error.PgBackupException with {@code BACKUP_EXPIRING} if expire has chosen it already: then it is not pinned
     */
    Pin pin(Repository repository, BackupLabel label, String reason, Optional<Instant> until);

    /**
     * Leaves a pinned backup to retention again. Idempotent.
     *
     * @param repository one of those configured
     * @param label the backup
     * @return false if it was not pinned
     */
    boolean unpin(Repository repository, BackupLabel label);

    /**
     * Removes what a plan says.
     *
     * @param plan made by {@link #planExpire} or {@link #planDelete}; refused if the catalog changed since
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

    /**
     * The keys of an encrypted repository.
     *
     * @param repository one of those configured
     * @return what looks at them and changes them, usable until the {@link PgBackup} is closed
     */
    RepositoryKeys keys(Repository repository);

    /**
     * The write-ahead log.
     *
     * @return what archives it and fetches it, usable until the {@link PgBackup} is closed
     */
    ClusterWal wal();
}
