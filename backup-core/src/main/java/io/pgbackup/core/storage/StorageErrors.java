package io.pgbackup.core.storage;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;

/**
 * Turns failures of the storage SPI into the exceptions that users see. Only {@link ObjectNotFoundException} ever becomes
 * {@link ErrorCode#OBJECT_MISSING}.
 */
public final class StorageErrors {
    private StorageErrors() {}

    /**
     * The failure of a verb on one object.
     *
     * @param failure what the storage reported
     * @param key which object
     * @param repositoryName what the user calls the repository
     * @return the exception to throw; its cause is the failure
     */
    public static RepositoryException translate(StorageException failure, ObjectKey key, String repositoryName) {
        return translate(failure, key.toString(), repositoryName).about(key.toString());
    }

    /**
     * The failure of a listing.
     *
     * @param failure what the storage reported
     * @param prefix what was listed
     * @param repositoryName what the user calls the repository
     * @return the exception to throw; its cause is the failure
     */
    public static RepositoryException translate(StorageException failure, ObjectPrefix prefix, String repositoryName) {
        return translate(failure, "'" + prefix + "'", repositoryName);
    }

    /**
     * The failure of a stream that a storage had opened.
     *
     * @param failure what the stream threw
     * @param key which object
     * @param repositoryName what the user calls the repository
     * @return the exception to throw; its cause is the failure
     */
    public static RepositoryException translate(IOException failure, ObjectKey key, String repositoryName) {
        return translate(ofStream(key, failure), key, repositoryName);
    }

    /**
     * What the failure of a stream means. A storage says more by giving its stream's exception a {@link StorageException} as cause;
     * anything else means that the store broke off.
     *
     * @param key which object
     * @param failure what the stream threw
     * @return the failure as the verbs report it
     */
    public static StorageException ofStream(ObjectKey key, IOException failure) {
        return failure.getCause() instanceof StorageException cause
                ? cause
                : new StorageUnavailableException("the stream of " + key + " broke off: " + failure, failure);
    }

    private static RepositoryException translate(StorageException failure, String subject, String repositoryName) {
        String message = "repository " + repositoryName + ", " + subject + ": " + failure.getMessage();
        if (failure instanceof ObjectNotFoundException) {
            return new RepositoryException(
                    ErrorCode.OBJECT_MISSING,
                    message,
                    "Verify the repository to learn what else is affected, and look for somebody, or a lifecycle rule"
                            + " of the store, that removes objects.",
                    failure);
        }
        if (failure instanceof StorageDeniedException) {
            return new RepositoryException(
                    ErrorCode.STORAGE_DENIED,
                    message,
                    "Check the credentials, their expiry and their permissions on this object, and whether a lock"
                            + " forbids the operation.",
                    failure);
        }
        if (failure instanceof StorageUnavailableException) {
            return new RepositoryException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    message,
                    "Check the network and the state of the store, then repeat the operation.",
                    failure);
        }
        if (failure instanceof StorageFullException) {
            return new RepositoryException(
                    ErrorCode.NO_SPACE,
                    message,
                    "Make room in the store, or raise its quota, and repeat the operation; nothing that is listed was harmed.",
                    failure);
        }
        return new RepositoryException(ErrorCode.STORAGE_FAULT, message, faultHint(failure), failure);
    }

    private static String faultHint(StorageException failure) {
        return failure instanceof ObjectExistsException
                ? "Another writer created this object first. Objects are never overwritten; look who else writes here."
                : "The store cannot do this as it is set up. Check its configuration and its limits.";
    }
}
