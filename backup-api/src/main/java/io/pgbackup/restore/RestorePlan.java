package io.pgbackup.restore;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.event.Warning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a restore would do. Made before a byte is written.
 *
 * @param repository name of the repository
 * @param label the backup
 * @param server what the backup was taken from; the restored directory needs server programs of the same major version
 * @param chain every backup that is read, oldest first, the backup itself last
 * @param directory becomes the data directory
 * @param bytesToWrite size of the restored cluster, WAL included
 * @param bytesFree free space at the directory
 * @param tablespaces where each tablespace goes, by OID
 * @param links directories of the cluster that lie elsewhere, by name
 * @param changes what becomes of what is there
 * @param wal what recovery replays
 * @param warnings what a person should know
 */
public record RestorePlan(
        String repository,
        BackupLabel label,
        ServerIdentity server,
        List<BackupLabel> chain,
        Path directory,
        long bytesToWrite,
        long bytesFree,
        Map<Long, Path> tablespaces,
        Map<String, Path> links,
        RestoreChanges changes,
        WalPlan wal,
        List<Warning> warnings) {
    /** Copies lists and maps. */
    public RestorePlan {
        chain = List.copyOf(chain);
        tablespaces = Map.copyOf(tablespaces);
        links = Map.copyOf(links);
        warnings = List.copyOf(warnings);
    }
}
