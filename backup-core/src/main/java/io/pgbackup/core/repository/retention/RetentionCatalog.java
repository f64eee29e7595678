package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.Pin;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.retention.Candidate.Defect;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.SetLocks;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Reads from a repository what retention decides upon: every committed set, what is wrong with it, and what protects it. For one call. */
public final class RetentionCatalog {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;
    private final Function<BackupLabel, Optional<Instant>> locks;

    /**
     * With the locks that sets say they have.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public RetentionCatalog(OpenRepository repository, ClusterLayout layout) {
        this(repository, layout, new SetLocks(repository, layout)::lockedUntil);
    }

    /**
     * With other locks.
     *
     * @param repository where
     * @param layout of the cluster
     * @param locks until when the store does not let a set be deleted; empty if it does
     */
    public RetentionCatalog(
            OpenRepository repository, ClusterLayout layout, Function<BackupLabel, Optional<Instant>> locks) {
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
        this.locks = locks;
    }

    /**
     * Every committed set that expire has not chosen, and every one whose record cannot be read.
     *
     * @param now the time
     * @return in order of labels
     */
    public List<Candidate> candidates(Instant now) {
        return candidates(now, false);
    }

    /** Also those that were chosen, if that is wanted. */
    List<Candidate> candidates(Instant now, boolean retiredToo) {
        Map<BackupLabel, String> unreadable = new HashMap<>();
        BiConsumer<BackupLabel, RepositoryException> damaged =
                (label, failure) -> unreadable.put(label, failure.getMessage());
        List<BackupRecord> backups = retiredToo ? catalog.committed(damaged) : catalog.readable(damaged);
        Set<BackupLabel> present = catalog.labels().settlements().keySet();
        if (!retiredToo) {
            unreadable.keySet().removeAll(catalog.labels().retirements().keySet());
        }
        Map<BackupLabel, Pin> pins = new Pins(repository, layout).holding(now);
        Map<BackupLabel, Defect> defects = defects(backups, present, unreadable.keySet());
        List<Candidate> candidates = new ArrayList<>();
        for (BackupRecord backup : backups) {
            BackupLabel label = backup.label();
            candidates.add(new Candidate(
                    label,
                    backup.takenAs().time(),
                    backup.references(),
                    backup.stopped(),
                    Optional.ofNullable(defects.get(label)),
                    Optional.ofNullable(pins.get(label)),
                    locks.apply(label)));
        }
        unreadable.forEach((label, message) -> candidates.add(new Candidate(
                label,
                label.time(),
                leansOn(label),
                Instant.MIN,
                Optional.of(new Defect(true, message)),
                Optional.ofNullable(pins.get(label)),
                locks.apply(label))));
        candidates.sort(java.util.Comparator.comparing(Candidate::label));
        return candidates;
    }

    /** A set is worth nothing without its manifest, or without one that it leans on. */
    private Map<BackupLabel, Defect> defects(
            List<BackupRecord> backups, Set<BackupLabel> present, Set<BackupLabel> unreadable) {
        ManifestStore manifests = new ManifestStore(repository, layout);
        Map<BackupLabel, Defect> defects = new HashMap<>();
        for (BackupRecord backup : backups) {
            if (!manifests.hasRoot(backup.label())) {
                defects.put(backup.label(), new Defect(false, "its manifest is missing"));
            }
        }
        Set<BackupLabel> withoutManifest = Set.copyOf(defects.keySet());
        for (BackupRecord backup : backups) {
            for (BackupLabel reference : backup.references()) {
                if (!present.contains(reference)) {
                    defects.putIfAbsent(
                            backup.label(), new Defect(false, "it leans on " + reference + ", which is missing"));
                } else if (withoutManifest.contains(reference)) {
                    defects.putIfAbsent(
                            backup.label(),
                            new Defect(false, "it leans on " + reference + ", whose manifest is missing"));
                } else if (unreadable.contains(reference)) {
                    defects.putIfAbsent(
                            backup.label(),
                            new Defect(true, "it leans on " + reference + ", whose record cannot be read"));
                }
            }
        }
        return defects;
    }

    /** What a set with an unreadable record leans on, as its first object says; if that is unreadable too, all of its chain that is older. */
    List<BackupLabel> leansOn(BackupLabel label) {
        try {
            Optional<List<BackupLabel>> said = new SetRecords(repository, layout).leansOn(label);
            if (said.isPresent()) {
                return said.get();
            }
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                throw e;
            }
        }
        return catalog.labels().settlements().keySet().stream()
                .filter(other -> other.chain().equals(label.chain()) && other.compareTo(label) < 0)
                .sorted()
                .toList();
    }
}
