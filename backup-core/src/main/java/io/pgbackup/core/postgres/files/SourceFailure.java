package io.pgbackup.core.postgres.files;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;

/** Words for what goes wrong while reading a cluster. */
final class SourceFailure {
    private static final String DISK_HINT =
            "Check the disk and the server's log; a file that cannot be read is not backed up by anybody.";

    private SourceFailure() {}

    static RuntimeException reading(Object path, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new OperationCancelledException(
                    ErrorCode.CANCELLED,
                    "interrupted while reading " + path,
                    "The operation was cancelled; start it again when wanted.",
                    cause);
        }
        String hint = cause instanceof AccessDeniedException
                ? "The data directory must be readable by this process: run it as the server's user, or as a member of its group after initdb"
                        + " --allow-group-access."
                : DISK_HINT;
        return new ClusterException(ErrorCode.SOURCE_UNREADABLE, "cannot read " + path + ": " + cause, hint, cause);
    }

    static ClusterException unexpected(Object path, String what, String hint) {
        return new ClusterException(ErrorCode.SOURCE_UNREADABLE, "cannot back up " + path + ": " + what, hint);
    }
}
