package io.pgbackup.core.engine.copy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.core.repository.set.BackupRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set that shall be written.
 *
 * @param entries what it holds
 * @param type of the set
 * @param base what it builds upon, in the repository it is written to
 * @param readFrom sets of that same repository that its content is read from
 * @param origin where its content was taken first
 */
record NewSet(
        SetEntries entries,
        BackupType type,
        Optional<BackupRecord> base,
        List<BackupLabel> readFrom,
        BackupOrigin origin) {
    /** Copies the list. */
    NewSet {
        readFrom = List.copyOf(readFrom);
    }

    /** What is copied. */
    BackupRecord original() {
        return entries.contents().record();
    }

    /** Every set it leans on, oldest first. */
    List<BackupLabel> references() {
        List<BackupLabel> references = new ArrayList<>();
        base.ifPresent(record -> {
            references.addAll(record.references());
            references.add(record.label());
        });
        return references;
    }

    /** Every set that must stay while it is written. */
    List<BackupLabel> leansOn() {
        List<BackupLabel> all = new ArrayList<>(references());
        all.addAll(readFrom);
        return all;
    }
}
