package io.pgbackup.core.repository;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.EnumSet;
import java.util.Set;

/** Tells what a stored object, or its absence, is guilty of from a store that cannot be read: only the former is damage. */
public final class ObjectFaults {
    private static final Set<ErrorCode> CODES = EnumSet.of(
            ErrorCode.REPOSITORY_DAMAGED,
            ErrorCode.OBJECT_MISSING,
            ErrorCode.FORMAT_UNSUPPORTED,
            ErrorCode.BACKUP_NOT_FOUND,
            ErrorCode.WRONG_KEY,
            ErrorCode.ENCRYPTION_MISMATCH);

    private ObjectFaults() {}

    /**
     * Lets only that pass which an object is guilty of.
     *
     * @param failure of an operation on an object
     * @throws RepositoryException the failure itself if it is another
     */
    public static void require(RepositoryException failure) {
        if (!CODES.contains(failure.code())) {
            throw failure;
        }
    }
}
