package io.pgbackup.core.engine.restore;

import io.pgbackup.core.manifest.ManifestEntry;

/** Hears of the files of a set, in the order of their paths, as a restore comes to them. */
interface RestoredFiles {
    /** A file that will be as the set has it. */
    void restored(ManifestEntry.File file);

    /** A file of the same length that will hold nothing but zeros. */
    void blank(ManifestEntry.File file);

    /** Does not listen. */
    RestoredFiles UNHEARD = new RestoredFiles() {
        @Override
        public void restored(ManifestEntry.File file) {}

        @Override
        public void blank(ManifestEntry.File file) {}
    };
}
