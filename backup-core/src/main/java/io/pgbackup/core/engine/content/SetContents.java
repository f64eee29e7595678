package io.pgbackup.core.engine.content;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.ManifestStore;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A set with its chain, as records and roots tell; the entries are read from here. Immutable.
 *
 * @param repository where
 * @param layout of the cluster
 * @param record of the set
 * @param roots of the chain's manifests, oldest first, the set's own last
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
        Catalog catalog = new Catalog(repository, layout);
        ManifestStore manifests = new ManifestStore(repository, layout);
        List<ManifestRoot> roots = new ArrayList<>();
        for (BackupLabel reference : record.references()) {
            roots.add(manifests.root(catalog.require(reference)));
        }
        roots.add(manifests.root(record));
        return new SetContents(repository, layout, record, roots);
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
        ManifestStore manifests = new ManifestStore(repository, layout);
        List<Iterator<ManifestEntry>> streams = new ArrayList<>();
        roots.forEach(root -> streams.add(manifests.entries(root, root.files())));
        return new ManifestChain(streams);
    }

    /**
     * Files copied while the server ran, as the set itself has them.
     *
     * @return a new stream
     */
    public Iterator<ManifestEntry> ownFiles() {
        return new ManifestStore(repository, layout).entries(root(), root().files());
    }

    /**
     * What was added at the end.
     *
     * @return a new stream
     */
    public Iterator<ManifestEntry> lateFiles() {
        return new ManifestStore(repository, layout).entries(root(), root().late());
    }

    /**
     * Where content is read from.
     *
     * @return the chain's bundles
     */
    public ContentReader.Source source() {
        return new ContentReader.Source(
                repository,
                roots.stream().map(root -> layout.set(root.label())).toList(),
                root().pageSize(),
                root().seed());
    }
}
