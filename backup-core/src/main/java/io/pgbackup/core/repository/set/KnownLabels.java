package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The labels of one cluster by the places where they are named. Lists only, reads no object; safe for use by many threads. */
public final class KnownLabels {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public KnownLabels(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Every label there ever was, as far as anything is left of it.
     *
     * @return in order of time
     */
    public List<BackupLabel> all() {
        TreeSet<String> all = begun();
        all.addAll(settled());
        all.addAll(retired());
        return sorted(all);
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
        return sorted(open);
    }

    /**
     * Labels that expire has chosen and whose record is gone: their deletion was interrupted.
     *
     * @return in order of time
     */
    public List<BackupLabel> halfDeleted() {
        TreeSet<String> names = retired();
        names.removeAll(settled());
        return sorted(names);
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
        return sorted(names);
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

    TreeSet<String> retired() {
        TreeSet<String> names = new TreeSet<>();
        repository
                .list(layout.retirements())
                .objects()
                .forEach(object -> names.add(object.key().name()));
        return names;
    }

    TreeSet<String> begun() {
        TreeSet<String> names = new TreeSet<>();
        repository.list(layout.data()).prefixes().forEach(prefix -> names.add(prefix.name()));
        return names;
    }

    TreeSet<String> settled() {
        TreeSet<String> names = new TreeSet<>();
        for (ObjectInfo object : repository.list(layout.records()).objects()) {
            names.add(object.key().name());
        }
        return names;
    }

    static List<BackupLabel> sorted(TreeSet<String> names) {
        List<BackupLabel> labels = new ArrayList<>();
        for (String name : names) {
            if (isLabel(name)) {
                labels.add(BackupLabel.parse(name));
            }
        }
        labels.sort(null);
        return labels;
    }

    public static List<BackupLabel> of(List<ObjectPrefix> prefixes) {
        TreeSet<String> names = new TreeSet<>();
        prefixes.forEach(prefix -> names.add(prefix.name()));
        return sorted(names);
    }

    private static boolean isLabel(String name) {
        try {
            return BackupLabel.parse(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
