package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
     * Labels with a record, of whatever kind and in whatever state, whose data must be whole: those that expire has not chosen, and those that a set leans on
     * which expire has not chosen.
     *
     * @return in order of time
     */
    public List<BackupLabel> settledLabels() {
        TreeSet<String> names = settled();
        names.removeAll(retired());
        readable((label, damage) -> {}).stream()
                .flatMap(backup -> backup.references().stream())
                .forEach(reference -> names.add(reference.toString()));
        return labels(names);
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
     * Labels that expire has chosen and of which only that is left.
     *
     * @return in order of time
     */
    public List<BackupLabel> deleted() {
        TreeSet<String> names = retired();
        names.removeAll(settled());
        names.removeAll(begun());
        return labels(names);
    }

    /**
     * The sets there are: committed, not chosen by expire.
     *
     * @return in order of time, a copy where its origin would stand
     */
    public List<BackupRecord> backups() {
        return notRetired(committed());
    }

    /**
     * The sets there are, as far as they can be read. Good enough to choose from, not to delete by: what a damaged record leans on is not known.
     *
     * @param damaged hears of each record that cannot be read
     * @return in order of time, a copy where its origin would stand
     */
    public List<BackupRecord> readable(BiConsumer<BackupLabel, RepositoryException> damaged) {
        return notRetired(committed(damaged));
    }

    private List<BackupRecord> notRetired(List<BackupRecord> committed) {
        TreeSet<String> retired = retired();
        return committed.stream()
                .filter(record -> !retired.contains(record.label().toString()))
                .toList();
    }

    /**
     * The committed sets that have data, also those that expire has chosen.
     *
     * @return in order of time
     */
    public List<BackupRecord> committed() {
        return committed((label, damage) -> {
            throw damage;
        });
    }

    /**
     * The committed sets that have data, also those that expire has chosen, as far as they can be read.
     *
     * @param damaged hears of each record that cannot be read
     * @return in order of time
     */
    public List<BackupRecord> committed(BiConsumer<BackupLabel, RepositoryException> damaged) {
        List<BackupRecord> backups = new ArrayList<>();
        for (BackupLabel label : settledWithData()) {
            try {
                read(label).ifPresent(backups::add);
            } catch (RepositoryException e) {
                if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                    throw e;
                }
                damaged.accept(label, e);
            }
        }
        backups.sort(BackupRecord.BY_TIME);
        return backups;
    }

    /** Records first, then data: a set that is committed meanwhile has its data before. */
    private List<BackupLabel> settledWithData() {
        TreeSet<String> names = settled();
        names.retainAll(begun());
        return labels(names);
    }

    /**
     * Commit records without any data: of sets that were deleted, made anew by a request that arrived too late. They count for nothing.
     *
     * @return in order of time
     */
    public List<BackupLabel> ghosts() {
        TreeSet<String> names = settled();
        names.removeAll(begun());
        return labels(names).stream()
                .filter(label ->
                        settlement(label).filter(Settlement.COMMITTED::equals).isPresent())
                .toList();
    }

    /**
     * Aborted sets that have data still, which nobody reads unless a later set adopts it.
     *
     * @return in order of time
     */
    public List<BackupLabel> abandoned() {
        return settledWithData().stream()
                .filter(label ->
                        settlement(label).filter(Settlement.ABORTED::equals).isPresent())
                .toList();
    }

    /**
     * Since when labels are retired.
     *
     * @return by the store's clock
     */
    public Map<BackupLabel, Instant> retirements() {
        return created(layout.retirements());
    }

    /**
     * Since when labels are settled.
     *
     * @return by the store's clock
     */
    public Map<BackupLabel, Instant> settlements() {
        return created(layout.records());
    }

    private Map<BackupLabel, Instant> created(ObjectPrefix prefix) {
        Map<BackupLabel, Instant> times = new TreeMap<>();
        for (ObjectInfo object : repository.list(prefix).objects()) {
            if (isLabel(object.key().name())) {
                times.put(BackupLabel.parse(object.key().name()), object.created());
            }
        }
        return times;
    }

    /**
     * One committed set, also if expire has chosen it.
     *
     * @param label of the set
     * @return empty if it was aborted, or is not there
     */
    public Optional<BackupRecord> find(BackupLabel label) {
        return read(label).filter(record -> hasData(label));
    }

    private boolean hasData(BackupLabel label) {
        Listing data = repository.list(layout.set(label).root());
        return !data.objects().isEmpty() || !data.prefixes().isEmpty();
    }

    private Optional<BackupRecord> read(BackupLabel label) {
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

    public static List<BackupLabel> labelsOf(List<ObjectPrefix> prefixes) {
        TreeSet<String> names = new TreeSet<>();
        prefixes.forEach(prefix -> names.add(prefix.name()));
        return labels(names);
    }

    private static boolean isLabel(String name) {
        try {
            return BackupLabel.parse(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
