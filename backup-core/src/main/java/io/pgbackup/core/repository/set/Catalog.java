package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.Listing;
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
    private final KnownLabels labels;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Catalog(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
        this.labels = new KnownLabels(repository, layout);
    }

    /**
     * What the names alone tell.
     *
     * @return looks anew at each question
     */
    public KnownLabels labels() {
        return labels;
    }

    /**
     * Labels with a record, of whatever kind and in whatever state, whose data must be whole: those that expire has not chosen, and those that a set leans on
     * which expire has not chosen.
     *
     * @return in order of time
     */
    public List<BackupLabel> settledLabels() {
        TreeSet<String> names = labels.settled();
        names.removeAll(labels.retired());
        readable((label, damage) -> {}).stream()
                .flatMap(backup -> backup.references().stream())
                .forEach(reference -> names.add(reference.toString()));
        return KnownLabels.sorted(names);
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
        TreeSet<String> retired = labels.retired();
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
        TreeSet<String> names = labels.settled();
        names.retainAll(labels.begun());
        return KnownLabels.sorted(names);
    }

    /**
     * Commit records without any data: of sets that were deleted, made anew by a request that arrived too late. They count for nothing.
     *
     * @return in order of time
     */
    public List<BackupLabel> ghosts() {
        TreeSet<String> names = labels.settled();
        names.removeAll(labels.begun());
        return KnownLabels.sorted(names).stream()
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
}
