package io.pgbackup.sftp;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;

/**
 * Classifies failures of the file protocol. "No such file" is never classified as a missing object here: what it means depends on the file. The
 * protocol has one status for most failures of the server's system; that one may pass, and a full disk is told apart by asking for space.
 */
final class SftpErrors {
    private SftpErrors() {}

    /** What a failure means to the caller; {@code attempted} completes the sentence "cannot …". */
    static StorageException classify(String attempted, IOException failure) {
        if (failure.getCause() instanceof StorageException known) {
            return known;
        }
        String message = "cannot " + attempted + ": " + failure.getMessage();
        if (failure instanceof SftpStatusException status) {
            return classify(message, status);
        }
        return failure instanceof SftpProtocolException
                ? new StorageFaultException(message, failure)
                : new StorageUnavailableException(message, failure);
    }

    private static StorageException classify(String message, SftpStatusException status) {
        return switch (status.code()) {
            case SftpStatusException.PERMISSION_DENIED, SftpStatusException.WRITE_PROTECT ->
                new StorageDeniedException(message, status);
            case SftpStatusException.NO_SPACE, SftpStatusException.QUOTA_EXCEEDED ->
                new StorageFullException(message, status);
            case SftpStatusException.BAD_MESSAGE, SftpStatusException.UNSUPPORTED ->
                new StorageFaultException(message, status);
            default -> new StorageUnavailableException(message, status);
        };
    }

    /** Whether this may be a full disk, for which the protocol has no status of its own. */
    static boolean mayBeFull(IOException failure) {
        return failure instanceof SftpStatusException status && status.code() == SftpStatusException.FAILURE;
    }
}
