package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestStream;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Reads and writes the objects of manifests. Safe for use by many threads; the streams it hands out are not. */
public final class ManifestStore {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public ManifestStore(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /** A sealed object and its header. */
    record Sealed(ObjectKey key, HeaderKind kind, Payload payload, byte[] header) {}

    Sealed seal(ObjectKey key, HeaderKind kind, byte[] content) {
        Payload payload = repository.seal(key, kind, content);
        try (InputStream in = payload.open()) {
            return new Sealed(key, kind, payload, in.readNBytes(ObjectHeader.SHORTEST));
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    long store(Sealed sealed) {
        if (!repository.create(sealed.key(), sealed.kind(), sealed.payload())) {
            throw repository.malformed(sealed.key(), new IllegalStateException("it exists already"));
        }
        return sealed.payload().size();
    }

    SetLayout set(BackupLabel label) {
        return layout.set(label);
    }

    /**
     * The root of a committed set's manifest.
     *
     * @param record of the set
     * @return the root that the record names, and no other
     */
    public ManifestRoot root(BackupRecord record) {
        ObjectKey key = layout.set(record.label()).manifestRoot();
        byte[] content = repository.requirePinned(key, HeaderKind.MANIFEST_ROOT, record.manifestRoot());
        ManifestRoot root = repository.parse(key, content, ManifestRoot::parse);
        if (!root.label().equals(record.label())) {
            throw repository.malformed(key, new IllegalArgumentException("it is the manifest of " + root.label()));
        }
        return root;
    }

    /**
     * The roots of a committed set and of every set that it builds upon, base by base.
     *
     * @param record of the set
     * @return oldest first, the set's own last
     */
    public List<ManifestRoot> roots(BackupRecord record) {
        Catalog catalog = new Catalog(repository, layout);
        ArrayDeque<ManifestRoot> roots = new ArrayDeque<>();
        roots.add(root(record));
        for (BackupRecord upper = record; upper.base().isPresent(); ) {
            BackupRecord lower = catalog.require(upper.base().get());
            if (lower.references().size() >= upper.references().size()) {
                throw repository.malformed(
                        layout.record(upper.label()),
                        new IllegalArgumentException("it leans on less than its base " + lower.label()));
            }
            roots.addFirst(root(lower));
            upper = lower;
        }
        requireReferences(record, roots);
        return List.copyOf(roots);
    }

    /** What is kept for the sake of a set is what the set is made of: no less, or expire would delete what it needs. */
    private void requireReferences(BackupRecord record, Collection<ManifestRoot> roots) {
        List<BackupLabel> labels = new ArrayList<>();
        roots.forEach(root -> root.levels().forEach(level -> labels.add(level.label())));
        labels.remove(labels.size() - 1);
        if (!labels.equals(record.references())) {
            throw repository.malformed(
                    layout.record(record.label()),
                    new IllegalArgumentException("it names " + record.references() + ", its manifests " + labels));
        }
    }

    /**
     * Whether the root of a committed set's manifest is there.
     *
     * @param label of the set
     * @return false if it is missing
     */
    public boolean hasRoot(BackupLabel label) {
        return repository.stat(layout.set(label).manifestRoot()).isPresent();
    }

    /**
     * A chain of levels, read side by side.
     *
     * @param levels oldest first
     * @param pageSize of the cluster, in bytes
     * @return a new stream
     */
    public ManifestChain chain(List<ManifestRoot.Level> levels, int pageSize) {
        return new ManifestChain(levels.stream()
                .map(level ->
                        new ManifestChain.Stream(entries(level.label(), pageSize, level.pages()), level.complete()))
                .toList());
    }

    /**
     * The entries of some pages.
     *
     * @param label of the set
     * @param pageSize of the cluster, in bytes
     * @param pages a section of a manifest, or a part of one
     * @return in the order of their paths, read as one goes
     */
    public Iterator<ManifestEntry> entries(BackupLabel label, int pageSize, List<ManifestRoot.Page> pages) {
        SetLayout set = layout.set(label);
        ManifestStream stream = new ManifestStream(pages.size(), pageSize, index -> page(set, pages.get(index)));
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return guarded(stream::hasNext);
            }

            @Override
            public ManifestEntry next() {
                return guarded(stream::next);
            }

            private <T> T guarded(java.util.function.Supplier<T> step) {
                return repository.parse(set.manifestRoot(), new byte[0], ignored -> step.get());
            }
        };
    }

    private byte[] page(SetLayout set, ManifestRoot.Page page) {
        ObjectKey key = set.manifestPage(page.number());
        return repository.requirePinned(key, HeaderKind.MANIFEST_PAGE, page.header());
    }
}
