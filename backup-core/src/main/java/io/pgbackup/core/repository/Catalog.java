package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** The sets of one cluster in one repository, as its records tell. Reads only; safe for use by many threads. */
public final class Catalog {
    /** How a label ended. */
    public enum Settlement {
        /** The set exists. */
        COMMITTED,
        /** The set will never exist. */
        ABORTED
    }

    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Catalog(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Labels with a record, of whatever kind and in whatever state.
     *
     * @return in order of time
     */
    public List<BackupLabel> settledLabels() {
        return labels(settled());
    }

    /**
     * Labels that expire has chosen and whose record is gone: their deletion was interrupted.
     *
     * @return in order of time
     */
    public List<BackupLabel> halfDeleted() {
        TreeSet<String> names = retired();
        names.removeAll(settled());
        return labels(names);
    }

    /**
     * The committed sets.
     *
     * @return in order of time
     */
    public List<BackupRecord> backups() {
        List<BackupRecord> backups = new ArrayList<>();
        for (BackupLabel label : labels(settled())) {
            find(label).ifPresent(backups::add);
        }
        return backups;
    }

    /**
     * The committed sets that can be read. Good enough to choose from, not to delete by: what a damaged record leans on is not known.
     *
     * @param damaged hears of each record that cannot be read
     * @return in order of time
     */
    public List<BackupRecord> readable(BiConsumer<BackupLabel, RepositoryException> damaged) {
        List<BackupRecord> backups = new ArrayList<>();
        for (BackupLabel label : labels(settled())) {
            try {
                find(label).ifPresent(backups::add);
            } catch (RepositoryException e) {
                if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                    throw e;
                }
                damaged.accept(label, e);
            }
        }
        return backups;
    }

    /**
     * One committed set.
     *
     * @param label of the set
     * @return empty if it was aborted, or is not there
     */
    public Optional<BackupRecord> find(BackupLabel label) {
        ObjectKey key = layout.record(label);
        return repository
                .readObject(key)
                .filter(object -> settlement(key, object) == Settlement.COMMITTED)
                .map(object -> record(label, repository.open(key, HeaderKind.COMMIT, object)));
    }

    private BackupRecord record(BackupLabel label, byte[] content) {
        BackupRecord record = repository.parse(layout.record(label), content, BackupRecord::parse);
        if (!record.label().equals(label)) {
            throw repository.malformed(
                    layout.record(label), new IllegalArgumentException("it is the record of " + record.label()));
        }
        return record;
    }

    /**
     * One committed set that must be there.
     *
     * @param label of the set
     * @return its record
     * @throws RepositoryException with {@link ErrorCode#BACKUP_NOT_FOUND}
     */
    public BackupRecord require(BackupLabel label) {
        return find(label)
                .orElseThrow(() -> new RepositoryException(
                                ErrorCode.BACKUP_NOT_FOUND,
                                "there is no backup " + label + " of cluster " + layout.root() + " in repository "
                                        + repository.name(),
                                "info lists the backups there are")
                        .about(layout.record(label).toString()));
    }

    /**
     * How a label ended.
     *
     * @param label any label
     * @return empty while it has no record
     */
    public Optional<Settlement> settlement(BackupLabel label) {
        ObjectKey key = layout.record(label);
        return repository.readObject(key).map(object -> settlement(key, object));
    }

    private Settlement settlement(ObjectKey key, byte[] object) {
        HeaderKind kind = ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST))
                .kind();
        return switch (kind) {
            case COMMIT -> Settlement.COMMITTED;
            case ABORT -> Settlement.ABORTED;
            default -> throw repository.malformed(key, new IllegalArgumentException("it is of kind " + kind));
        };
    }

    /**
     * Whether a label can no longer change its state: it has a record, or had one until expire, which chooses only settled labels, removed it.
     *
     * @param label any label
     * @return false while its holder may still commit it
     */
    public boolean isSettled(BackupLabel label) {
        return repository.stat(layout.record(label)).isPresent()
                || repository.stat(layout.retirement(label)).isPresent();
    }

    /**
     * Labels that were begun and have no record; those that are being deleted are none of them.
     *
     * @return in order of time
     */
    public List<BackupLabel> unsettled() {
        TreeSet<String> open = begun();
        open.removeAll(settled());
        open.removeAll(retired());
        return labels(open);
    }

    /**
     * Objects among the records whose names are no labels: nobody looks for a set there.
     *
     * @return their keys
     */
    public List<ObjectKey> strangers() {
        return repository.list(layout.records()).objects().stream()
                .map(ObjectInfo::key)
                .filter(key -> !isLabel(key.name()))
                .toList();
    }

    /**
     * Every label there ever was, as far as anything is left of it.
     *
     * @return in order of time
     */
    public List<BackupLabel> allLabels() {
        TreeSet<String> all = begun();
        all.addAll(settled());
        all.addAll(retired());
        return labels(all);
    }

    private TreeSet<String> retired() {
        TreeSet<String> names = new TreeSet<>();
        repository
                .list(layout.retirements())
                .objects()
                .forEach(object -> names.add(object.key().name()));
        return names;
    }

    private TreeSet<String> begun() {
        TreeSet<String> names = new TreeSet<>();
        repository.list(layout.data()).prefixes().forEach(prefix -> names.add(prefix.name()));
        return names;
    }

    private TreeSet<String> settled() {
        TreeSet<String> names = new TreeSet<>();
        for (ObjectInfo object : repository.list(layout.records()).objects()) {
            names.add(object.key().name());
        }
        return names;
    }

    private static List<BackupLabel> labels(TreeSet<String> names) {
        List<BackupLabel> labels = new ArrayList<>();
        for (String name : names) {
            if (isLabel(name)) {
                labels.add(BackupLabel.parse(name));
            }
        }
        labels.sort(null);
        return labels;
    }

    private static boolean isLabel(String name) {
        try {
            return BackupLabel.parse(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
