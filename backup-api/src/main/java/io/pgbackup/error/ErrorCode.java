package io.pgbackup.error;

/** Stable codes for programs, alerts and documentation. A code is never renamed or re-used; new ones are added. */
public enum ErrorCode {
    /** A request or configuration contradicts itself or names something impossible. */
    INVALID_REQUEST,
    /** No storage provider serves the scheme of a repository. */
    UNKNOWN_SCHEME,
    /** There is no repository at the location. */
    REPOSITORY_MISSING,
    /** The repository was written by a newer or unknown format version. */
    FORMAT_UNSUPPORTED,
    /** The repository is encrypted but no key was given, or the other way round. */
    ENCRYPTION_MISMATCH,
    /** No key slot opens with the given key or passphrase. */
    WRONG_KEY,
    /** Others changed the repository's keys at the same time, again and again. */
    KEYS_CHANGED,
    /** A source of a secret did not give one. */
    SECRET_UNAVAILABLE,
    /** A key management service refused the credentials or the permission. It says nothing about whether the key is right. */
    KEY_SERVICE_DENIED,
    /** A key management service could not be reached or broke off, also after retries. It says nothing about whether the key is right. */
    KEY_SERVICE_UNAVAILABLE,
    /** A key management service cannot do what was asked. */
    KEY_SERVICE_FAULT,
    /** The key of a key management service, or the version of it that wrapped a slot, is disabled, expired, deleted, or never was. */
    KEY_UNUSABLE,
    /** The repository holds another cluster under this name. */
    WRONG_CLUSTER,
    /** An object of the repository is damaged, truncated, swapped or forged. */
    REPOSITORY_DAMAGED,
    /** An object that the catalog refers to is not there. */
    OBJECT_MISSING,
    /** An object is gone that is old enough for a lifecycle rule of the store to have removed it. */
    EXPIRED_BY_PROVIDER,
    /** Something in the repository is not of this library, or nothing refers to it. */
    OBJECT_UNKNOWN,
    /** Something that was interrupted left this behind. */
    LEFT_BEHIND,
    /** The store refused the credentials or the permission. */
    STORAGE_DENIED,
    /** The store could not be reached or broke off, also after retries. */
    STORAGE_UNAVAILABLE,
    /** The store cannot do what was asked. */
    STORAGE_FAULT,
    /** The server could not be reached. */
    CONNECTION_FAILED,
    /** The session that keeps the backup alive was lost: the copied files are worthless. */
    SESSION_LOST,
    /** The server's version is not supported. */
    UNSUPPORTED_SERVER,
    /** The server's configuration does not allow the operation. */
    SERVER_CONFIGURATION,
    /** The database role lacks a privilege. */
    MISSING_PRIVILEGE,
    /** A file of the cluster could not be read or is not what it should be. */
    SOURCE_UNREADABLE,
    /** Pages failed their check and the policy is to fail. */
    DAMAGED_PAGES,
    /** An incremental or differential backup has nothing to build upon. */
    NO_BASE,
    /** Another operation holds the lease of this cluster in the repository. */
    LEASE_HELD,
    /** This operation lost its lease: somebody else settled its label. */
    LEASE_LOST,
    /** There is no such backup. */
    BACKUP_NOT_FOUND,
    /** The target of a restore cannot be used: not empty, in use, not writable. */
    TARGET_UNUSABLE,
    /** There is not enough space. */
    NO_SPACE,
    /** The plan no longer fits the catalog. */
    PLAN_OUTDATED,
    /** The backup is pinned, or locked by the store: it is not deleted. */
    BACKUP_PROTECTED,
    /** No full backup that can be restored would remain. */
    LAST_FULL_BACKUP,
    /** Expire has chosen the backup, or one that it leans on: it goes. */
    BACKUP_EXPIRING,
    /** The archive has another content under the name of a WAL file that is pushed. */
    WAL_CONFLICT,
    /** A WAL file is not what its name says. */
    WAL_INVALID,
    /** WAL that is needed is not in the archive. */
    WAL_MISSING,
    /** WAL that is needed is no longer on the server. */
    WAL_GONE,
    /** The replication slot was dropped or invalidated: the server no longer keeps WAL for its owner. */
    SLOT_LOST,
    /** No backup and WAL lead to the recovery target. */
    TARGET_UNREACHABLE,
    /** A check or verification found problems and the caller required none. */
    CHECK_FAILED,
    /** A file could not be written. */
    TARGET_UNWRITABLE,
    /** The operation was cancelled or ran past its deadline. */
    CANCELLED,
    /** A defect of pgbackup. */
    INTERNAL
}
