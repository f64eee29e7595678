package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupType;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Needed against free space, before anything is written. Where an earlier backup of the same type tells how well the data compresses, too little is an
 * error; otherwise, or where an interrupted attempt has taken some of it, it is a warning.
 */
final class SpaceCheck {
    private SpaceCheck() {}

    static void require(
            Operation operation, OpenRepository repository, Catalog catalog, BackupRequest request, long clusterBytes) {
        OptionalLong free = repository.usableBytes();
        if (free.isEmpty()) {
            return;
        }
        BackupType type = request.type().orElse(BackupType.INCREMENTAL);
        OptionalLong needed = needed(catalog.readable((label, failure) -> {}), type, clusterBytes);
        operation.fact("bytesFree", Long.toString(free.getAsLong()));
        needed.ifPresent(bytes -> operation.fact("bytesEstimated", Long.toString(bytes)));
        if (needed.isPresent() && needed.getAsLong() > free.getAsLong()) {
            if (request.resume() && !catalog.abandoned().isEmpty()) {
                operation.warn(
                        "space",
                        "repository " + repository.name() + " has " + free.getAsLong() + " bytes free, some "
                                + needed.getAsLong() + " are needed, less what an interrupted attempt has stored");
                return;
            }
            throw new RepositoryException(
                    ErrorCode.NO_SPACE,
                    "repository " + repository.name() + " has " + free.getAsLong() + " bytes free, some "
                            + needed.getAsLong() + " are needed, judging by the last backup of this type",
                    "free or add space; expire removes what retention no longer keeps");
        }
        if (needed.isEmpty() && clusterBytes > free.getAsLong() && type == BackupType.FULL) {
            operation.warn(
                    "space",
                    "repository " + repository.name() + " has " + free.getAsLong() + " bytes free, the cluster has "
                            + clusterBytes + " before compression");
        }
    }

    private static OptionalLong needed(List<BackupRecord> backups, BackupType type, long clusterBytes) {
        for (int index = backups.size() - 1; index >= 0; index--) {
            BackupRecord backup = backups.get(index);
            if (backup.label().type() == type && backup.sizes().cluster() > 0) {
                double ratio = (double) backup.ownBytes() / backup.sizes().cluster();
                return OptionalLong.of((long) (clusterBytes * ratio));
            }
        }
        return OptionalLong.empty();
    }
}
