package io.pgbackup.restore;

import java.util.List;

/**
 * What a restore changes in directories that hold something already. {@code planRestore} compares all contents, which reads the directory once; the
 * plan inside a {@link RestoreResult} tells what was done.
 *
 * @param existing whether anything is there that is compared
 * @param pagesToFetch pages of relations that differ or are missing
 * @param bytesToFetch bytes to be fetched and written, before compression
 * @param bytesReused bytes that are equal already
 * @param filesToCut files longer than in the backup
 * @param removals the first of the paths that are removed, in order: what the backup does not hold, and what is of another kind there
 * @param pathsToRemove how many are removed in all
 * @param bytesToRemove bytes in them
 */
public record RestoreChanges(
        boolean existing,
        long pagesToFetch,
        long bytesToFetch,
        long bytesReused,
        long filesToCut,
        List<String> removals,
        long pathsToRemove,
        long bytesToRemove) {
    /** Copies the list. */
    public RestoreChanges {
        removals = List.copyOf(removals);
    }
}
