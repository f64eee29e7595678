package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import java.util.List;

/**
 * What a backup took over from attempts that were interrupted before it: stored content that was read again in the cluster and found equal.
 *
 * @param labels the interrupted attempts, oldest first; part of what the backup references
 * @param bytes stored by them that the backup did not store again
 */
public record AdoptedWork(List<BackupLabel> labels, long bytes) {
    /** Copies the list. */
    public AdoptedWork {
        labels = List.copyOf(labels);
    }

    /**
     * Nothing was taken over.
     *
     * @return without labels
     */
    public static AdoptedWork none() {
        return new AdoptedWork(List.of(), 0);
    }
}
