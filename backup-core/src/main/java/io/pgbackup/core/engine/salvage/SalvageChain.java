package io.pgbackup.core.engine.salvage;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which sets lie below the one wanted.
 *
 * @param labels oldest first, the one wanted last
 * @param known whether a record told so
 */
record SalvageChain(List<BackupLabel> labels, boolean known) {
    SalvageChain {
        labels = List.copyOf(labels);
    }

    /** Asks the commit record, then the first object of the set; the label itself tells at least the full one. */
    static SalvageChain of(BackupLabel label, OpenRepository repository, ClusterLayout layout, Losses losses) {
        Catalog catalog = new Catalog(repository, layout);
        Optional<List<BackupLabel>> told = losses.trying(
                        layout.record(label), () -> catalog.find(label).map(BackupRecord::references))
                .flatMap(references -> references);
        if (told.isEmpty()) {
            losses.add("backup " + label + " has no commit record that can be read");
            told = losses.trying(layout.set(label).begin(), () -> new SetRecords(repository, layout).leansOn(label))
                    .flatMap(leansOn -> leansOn);
        }
        return told.map(references -> new SalvageChain(with(references, label), true))
                .orElseGet(
                        () -> new SalvageChain(guessed(label, catalog.labels().all()), false));
    }

    private static List<BackupLabel> with(List<BackupLabel> references, BackupLabel label) {
        List<BackupLabel> all = new ArrayList<>(references);
        all.add(label);
        return all;
    }

    /** Everything between: what a differential one does not build upon, it has stored again. */
    private static List<BackupLabel> guessed(BackupLabel label, List<BackupLabel> all) {
        List<BackupLabel> below = all.stream()
                .filter(other -> other.chain().equals(label.chain()) && other.compareTo(label) < 0)
                .filter(other -> label.type() == BackupType.INCREMENTAL || other.type() == BackupType.FULL)
                .toList();
        return with(below, label);
    }
}
