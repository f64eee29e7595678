package io.pgbackup.core.engine.restore.target;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RestoreException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Locale;

/** Words for what can go wrong in the target of a restore. */
public final class TargetFailure {
    private TargetFailure() {}

    static PgBackupException writing(Path path, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new OperationCancelledException(
                    ErrorCode.CANCELLED,
                    "the restore was interrupted",
                    "call again; what was begun with replacingExisting() goes on where it ended",
                    cause);
        }
        String reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = reason.contains("no space left") || reason.contains("quota exceeded");
        return new RestoreException(
                full ? ErrorCode.NO_SPACE : ErrorCode.TARGET_UNWRITABLE,
                "cannot write " + path + ": " + cause,
                full
                        ? "free or add space, and restore again"
                        : "check the permissions and the file system of the target",
                cause);
    }

    public static PgBackupException reading(Path path, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return writing(path, cause);
        }
        return new RestoreException(
                ErrorCode.TARGET_UNUSABLE,
                "cannot read " + path + ": " + cause,
                "check the permissions and the file system of the target",
                cause);
    }

    public static RestoreException unusable(Path path, String why, String hint) {
        return new RestoreException(ErrorCode.TARGET_UNUSABLE, "cannot restore into " + path + ": " + why, hint);
    }
}
