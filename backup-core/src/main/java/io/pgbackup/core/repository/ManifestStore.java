package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestStream;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
     * Whether the root of a committed set's manifest is there.
     *
     * @param label of the set
     * @return false if it is missing
     */
    public boolean hasRoot(BackupLabel label) {
        return repository.stat(layout.set(label).manifestRoot()).isPresent();
    }

    /**
     * The entries of some pages.
     *
     * @param root of the manifest
     * @param pages {@link ManifestRoot#files()} or {@link ManifestRoot#late()}
     * @return in the order of their paths, read as one goes
     */
    public Iterator<ManifestEntry> entries(ManifestRoot root, List<ManifestRoot.Page> pages) {
        SetLayout set = layout.set(root.label());
        ManifestStream stream = new ManifestStream(pages.size(), root.pageSize(), index -> page(set, pages.get(index)));
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
