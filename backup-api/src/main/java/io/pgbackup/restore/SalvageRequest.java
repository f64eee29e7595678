package io.pgbackup.restore;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A backup whose records or manifest are lost or damaged, and a directory for what can be saved of it.
 *
 * @param repository one of those configured
 * @param label of the backup; its record need not exist any more
 * @param directory absent or empty
 */
public record SalvageRequest(Repository repository, BackupLabel label, Path directory) {
    /** Checks that nothing is missing. */
    public SalvageRequest {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(directory, "directory");
    }

    /**
     * What to save, and into which directory.
     *
     * @param repository one of those configured
     * @param label of the backup; its record need not exist any more
     * @param directory absent or empty
     * @return a request
     */
    public static SalvageRequest of(Repository repository, BackupLabel label, Path directory) {
        return new SalvageRequest(repository, label, directory);
    }
}
