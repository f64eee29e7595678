package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.wal.RecoveryWindow;
import java.util.List;

/** What the repositories hold of one cluster. Immutable; made by the engine. */
public interface RepositoryInfo {
    /**
     * One repository.
     *
     * @param name of the repository
     * @param location of the repository, without secrets
     * @param status of the cluster in it
     * @param message why the status is not {@link RepositoryStatus#OK}; empty if it is
     * @param encrypted whether it is encrypted
     * @param identities every identity the cluster had, oldest first; the last is the current one
     */
    record RepositoryState(
            String name,
            String location,
            RepositoryStatus status,
            String message,
            boolean encrypted,
            List<ServerIdentity> identities) {
        /** Copies the list. */
        public RepositoryState {
            identities = List.copyOf(identities);
        }
    }

    /**
     * The cluster.
     *
     * @return its name
     */
    String cluster();

    /**
     * The worst status of all repositories.
     *
     * @return {@link RepositoryStatus#OK} only if all are
     */
    RepositoryStatus status();

    /**
     * The repositories, in the order they were configured.
     *
     * @return an immutable list
     */
    List<RepositoryState> repositories();

    /**
     * The backups of all repositories, without those that expire has chosen.
     *
     * @return in order of time
     */
    List<BackupInfo> backups();

    /**
     * The pins that hold now.
     *
     * @return in order of their labels
     */
    List<Pin> pins();

    /**
     * Where one could recover to from each backup, with archived WAL.
     *
     * @return in the order of {@link #backups()} within each repository
     */
    List<RecoveryWindow> windows();

    /**
     * Labels that were begun and are neither committed nor aborted: running, or left by a process that died.
     *
     * @return in order of time
     */
    List<BackupLabel> unsettled();

    /**
     * Backups that expire has chosen and that are not gone yet: they wait for their readers, or for what leans on them. They are not among
     * {@link #backups()}; one that is still whole can be restored if its label is given.
     *
     * @return in order of time
     */
    List<BackupLabel> retired();

    /**
     * The same as JSON, for machines.
     *
     * @return one object
     */
    String toJson();

    /**
     * The same as text, for people.
     *
     * @return several lines
     */
    String toTable();
}
