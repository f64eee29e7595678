package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.BackupRecord;
import io.pgbackup.core.repository.Catalog;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.ManifestStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** What a dependent backup builds upon: the records and manifests of its chain, read side by side as the scan goes on. For one thread. */
final class BaseSet {
    private final BackupRecord record;
    private final ManifestRoot root;
    private final ManifestChain chain;

    private BaseSet(BackupRecord record, ManifestRoot root, ManifestChain chain) {
        this.record = record;
        this.root = root;
        this.chain = chain;
    }

    static BaseSet open(BackupRecord record, Catalog catalog, ManifestStore manifests) {
        List<Iterator<ManifestEntry>> streams = new ArrayList<>();
        for (BackupLabel reference : record.references()) {
            ManifestRoot below = manifests.root(catalog.require(reference));
            streams.add(manifests.entries(below, below.files()));
        }
        ManifestRoot root = manifests.root(record);
        streams.add(manifests.entries(root, root.files()));
        return new BaseSet(record, root, new ManifestChain(streams));
    }

    /** What the base holds under a path; paths must be asked for in their order. */
    Optional<ManifestChain.Chained> find(ClusterPath path) {
        return chain.find(path);
    }

    /** Everything a set on this base leans on, oldest first. */
    List<BackupLabel> references() {
        List<BackupLabel> references = new ArrayList<>(record.references());
        references.add(record.label());
        return references;
    }

    BackupLabel label() {
        return record.label();
    }

    Lsn start() {
        return record.wal().start();
    }

    long seed() {
        return root.seed();
    }
}
