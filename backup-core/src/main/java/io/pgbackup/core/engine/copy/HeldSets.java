package io.pgbackup.core.engine.copy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.RepositoryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** The sets of a repository, found by where their content was taken first. For one thread. */
final class HeldSets {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;
    private final ManifestStore manifests;
    private final SetRecords records;
    private final Map<BackupOrigin, List<BackupRecord>> byContent = new HashMap<>();
    private final Map<BackupLabel, BackupRecord> byLabel = new HashMap<>();
    private final Set<BackupLabel> settled;

    HeldSets(OpenRepository repository, ClusterLayout layout, BiConsumer<BackupLabel, RepositoryException> damaged) {
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
        this.manifests = new ManifestStore(repository, layout);
        this.records = new SetRecords(repository, layout);
        this.settled = new HashSet<>(catalog.settledLabels());
        catalog.readable(damaged).forEach(this::add);
    }

    /** Learns of sets that were committed since. */
    void refresh() {
        for (BackupLabel label : catalog.settledLabels()) {
            if (settled.add(label)) {
                catalog.find(label).ifPresent(this::add);
            }
        }
    }

    void add(BackupRecord record) {
        if (byLabel.put(record.label(), record) == null) {
            byContent
                    .computeIfAbsent(contentOf(repository, layout, record), content -> new ArrayList<>())
                    .add(record);
        }
        settled.add(record.label());
    }

    /** Two sets with the same content, wherever they are, give the same. */
    static BackupOrigin contentOf(OpenRepository repository, ClusterLayout layout, BackupRecord record) {
        return record.origin()
                .orElseGet(() -> new BackupOrigin(repository.id(), layout.root().toString(), record.label()));
    }

    /** A set with some content that can be built upon; the one that leans on the fewest others. */
    Optional<BackupRecord> find(BackupOrigin content) {
        return byContent.getOrDefault(content, List.of()).stream()
                .filter(this::isWhole)
                .min(Comparator.comparingInt(record -> record.references().size()));
    }

    /** The same, but leaning on nothing. */
    Optional<BackupRecord> findFull(BackupOrigin content) {
        return find(content).filter(record -> record.label().type() == BackupType.FULL);
    }

    /** A commit record counts only while the manifests it needs are there, and expire has chosen none of its sets. */
    private boolean isWhole(BackupRecord record) {
        return isThere(record.label()) && record.references().stream().allMatch(this::isThere);
    }

    /** Whether a set may be leaned on. What committed sets adopted from aborted ones stays for their sake, chosen by expire or not. */
    boolean isThere(BackupLabel label) {
        boolean adopted = catalog.settlement(label)
                .filter(Catalog.Settlement.ABORTED::equals)
                .isPresent();
        return adopted || manifests.hasRoot(label) && records.mayLeanOn(label);
    }

    /** A set as users see it. */
    BackupInfo info(BackupRecord record) {
        long below = record.references().stream()
                .map(byLabel::get)
                .filter(java.util.Objects::nonNull)
                .mapToLong(BackupRecord::ownBytes)
                .sum();
        return record.toInfo(repository.name(), below);
    }
}
