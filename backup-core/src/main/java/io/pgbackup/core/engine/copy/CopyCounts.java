package io.pgbackup.core.engine.copy;

import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;

/** Adds up what a new set stores. For one thread. */
final class CopyCounts {
    private long walStored;
    private long ownPages;

    void add(FileContent content, ManifestEntry.File stored) {
        if (stored.path().components().get(0).equals("pg_wal")) {
            walStored +=
                    stored.map().frames().stream().mapToLong(FrameRef::stored).sum();
        }
        if (stored.proof().paged()) {
            ownPages += content.ownUnits();
        }
    }

    /** What was read from the database for the original stays; what is stored is the new set's. */
    BackupSizes sizes(BackupSizes original, long bundles, long manifest) {
        return new BackupSizes(
                original.cluster(),
                original.files(),
                original.read(),
                bundles - walStored,
                walStored,
                manifest,
                0,
                original.pages(),
                ownPages);
    }
}
