package io.pgbackup.core.storage;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Classifies failures of a file system. Java passes on the system's own words for most of them, in the language of the process, so what
 * can be asked is asked (free space), and words are only looked at for what remains. "No such file" is never classified here: what it
 * means depends on the file.
 */
final class FileErrors {
    private static final List<String> NO_SPACE = List.of("no space left", "quota exceeded");
    private static final List<String> REFUSED = List.of("read-only file system", "operation not permitted");
    private static final List<String> PASSING = List.of(
            "stale file handle",
            "stale nfs file handle",
            "input/output error",
            "transport endpoint",
            "host is down",
            "no route to host",
            "connection",
            "timed out",
            "too many open files",
            "resource temporarily unavailable",
            "device or resource busy",
            "interrupted system call");

    private FileErrors() {}

    /** What a failure means to the caller; {@code attempted} completes the sentence "cannot …". */
    static StorageException classify(String attempted, IOException failure) {
        String message = "cannot " + attempted + ": " + reason(failure);
        if (failure instanceof ClosedByInterruptException) {
            return new StorageUnavailableException("cannot " + attempted + ": the thread was interrupted", failure);
        }
        if (failure instanceof AccessDeniedException || says(failure, REFUSED)) {
            return new StorageDeniedException(message, failure);
        }
        if (says(failure, NO_SPACE)) {
            return new StorageFullException("cannot " + attempted + ": no space (" + reason(failure) + ")", failure);
        }
        return says(failure, PASSING)
                ? new StorageUnavailableException(message, failure)
                : new StorageFaultException(message, failure);
    }

    /** The same for writing {@code size} bytes below {@code directory}, where a full disk is the likely reason. */
    static StorageException classifyWrite(String attempted, IOException failure, Path directory, long size) {
        StorageException classified = classify(attempted, failure);
        if (classified instanceof StorageFaultException && isFull(directory, size)) {
            return new StorageFullException("cannot " + attempted + ": no space (" + reason(failure) + ")", failure);
        }
        return classified;
    }

    /** Why hard links do not work: objects are published by them, because a rename could overwrite. */
    static StorageException classifyLink(String attempted, IOException failure) {
        if (failure instanceof AccessDeniedException || says(failure, PASSING) || says(failure, NO_SPACE)) {
            return classify(attempted, failure);
        }
        return noHardLinks(attempted, failure);
    }

    static StorageFaultException noHardLinks(String attempted, Exception failure) {
        return new StorageFaultException(
                "cannot " + attempted + ": a hard link could not be made (" + reason(failure)
                        + "). Objects are published by hard"
                        + " links; FAT, SMB and some FUSE file systems have none. Use a local file system or NFS,"
                        + " and one without mount points inside the repository",
                failure);
    }

    private static boolean isFull(Path directory, long size) {
        try {
            return Files.getFileStore(directory).getUsableSpace() < size;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean says(IOException failure, List<String> words) {
        String reason = reason(failure).toLowerCase(Locale.ROOT);
        return words.stream().anyMatch(reason::contains);
    }

    private static String reason(Exception failure) {
        if (failure instanceof AccessDeniedException denied) {
            return "permission denied on " + denied.getFile();
        }
        String reason = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return reason != null ? reason : failure.getClass().getSimpleName();
    }
}
