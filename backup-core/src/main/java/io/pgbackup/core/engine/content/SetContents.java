package io.pgbackup.core.engine.content;

import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import java.util.Iterator;
import java.util.List;

/**
 * A set with its chain, as records and roots tell; the entries are read from here. Immutable.
 *
 * @param repository where
 * @param layout of the cluster
 * @param record of the set
 * @param roots of the manifests of the chain's committed sets, oldest first, the set's own last
 */
public record SetContents(
        OpenRepository repository, ClusterLayout layout, BackupRecord record, List<ManifestRoot> roots) {
    /** Copies the list. */
    public SetContents {
        roots = List.copyOf(roots);
    }

    /**
     * Reads records and roots of a chain.
     *
     * @param repository where
     * @param layout of the cluster
     * @param record of the set
     * @return the contents
     */
    public static SetContents of(OpenRepository repository, ClusterLayout layout, BackupRecord record) {
        return new SetContents(repository, layout, record, new ManifestStore(repository, layout).roots(record));
    }

    /**
     * What the chain is laid together from: the levels of each root.
     *
     * @return oldest first, the set's own last
     */
    public List<ManifestRoot.Level> levels() {
        return roots.stream().flatMap(root -> root.levels().stream()).toList();
    }

    /**
     * Index of the set's own level, where what it stores itself is.
     *
     * @return the newest
     */
    public int ownLevel() {
        return levels().size() - 1;
    }

    /**
     * Index of the first level that belongs to this set and not to its base: pages it adopted, or its own.
     *
     * @return {@link #ownLevel()} if it adopted none
     */
    public int firstLevel() {
        return ownLevel() - root().adopted().size();
    }

    /**
     * The set's own root.
     *
     * @return the newest
     */
    public ManifestRoot root() {
        return roots.get(roots.size() - 1);
    }

    /**
     * Files copied while the server ran, each with what it builds upon.
     *
     * @return a new stream
     */
    public ManifestChain files() {
        return new ManifestStore(repository, layout).chain(levels(), root().pageSize());
    }

    /**
     * What was added at the end.
     *
     * @return a new stream
     */
    public Iterator<ManifestEntry> lateFiles() {
        return new ManifestStore(repository, layout).entries(root().label(), root().pageSize(), root().late());
    }

    /**
     * Where content is read from.
     *
     * @return the chain's bundles
     */
    public ContentReader.Source source() {
        return new ContentReader.Source(
                repository,
                levels().stream().map(level -> layout.set(level.label())).toList(),
                root().pageSize(),
                root().seed());
    }
}
