package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.ByteCursor;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestStream;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a set, found by listing and not by the chain of records that normally says which object is meant. In an encrypted repository each object is
 * still authentic for its place; in an unencrypted one anybody may have put it there. Safe for use by many threads.
 */
public final class Remains {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Remains(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * The root of a set's manifest.
     *
     * @param label of the set
     * @return empty if it is lost
     */
    public Optional<ManifestRoot> root(BackupLabel label) {
        ObjectKey key = layout.set(label).manifestRoot();
        return repository
                .readRecord(key, HeaderKind.MANIFEST_ROOT)
                .map(content -> repository.parse(key, content, ManifestRoot::parse))
                .filter(root -> root.label().equals(label));
    }

    /**
     * The pages of a set's manifest that are there.
     *
     * @param label of the set
     * @return in the order of their numbers
     */
    public List<ObjectKey> pages(BackupLabel label) {
        return below(layout.set(label).manifest());
    }

    /**
     * The bundles of a set that are there.
     *
     * @param label of the set
     * @return in the order of their numbers
     */
    public List<ObjectKey> bundles(BackupLabel label) {
        return below(layout.set(label).bundles());
    }

    private List<ObjectKey> below(ObjectPrefix prefix) {
        List<ObjectKey> keys = new ArrayList<>();
        for (ObjectPrefix part : repository.list(prefix).prefixes()) {
            repository.list(part).objects().stream()
                    .map(ObjectInfo::key)
                    .filter(key -> key.name().matches("[0-9]{1,9}"))
                    .forEach(keys::add);
        }
        keys.sort(Comparator.comparingInt(key -> Integer.parseInt(key.name())));
        return keys;
    }

    /**
     * A page of a manifest.
     *
     * @param pageSize of the cluster, in bytes
     * @param entries in the order of their paths
     */
    public record Page(int pageSize, List<ManifestEntry> entries) {
        /** Copies the list. */
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Reads a page.
     *
     * @param key of the page
     * @return its entries
     */
    public Page page(ObjectKey key) {
        return repository.require(key, HeaderKind.MANIFEST_PAGE, content -> {
            int pageSize = new ByteCursor(content).number(ManifestEntry.File.PLAIN_UNIT, "the size of a page");
            if (Integer.bitCount(pageSize) != 1) {
                throw new IllegalArgumentException("pages of " + pageSize + " bytes");
            }
            List<ManifestEntry> entries = new ArrayList<>();
            new ManifestStream(1, pageSize, number -> content).forEachRemaining(entries::add);
            return new Page(pageSize, entries);
        });
    }

    /**
     * Reads a bundle into memory.
     *
     * @param key of the bundle
     * @return to be closed
     */
    public RemainingBundle bundle(ObjectKey key) {
        byte[] object = repository.readObject(key).orElseThrow(() -> repository.missing(key));
        return new RemainingBundle(repository, key, object);
    }
}
