package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.List;

/**
 * Deletes a retired set: commit record, manifest, data. Killed in between, it can be done again: the set is no longer listed from the first step on. The
 * retire record stays for as long as a lease names the label, because it tells that the label was settled. For one call.
 */
public final class SetDeletion {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Runnable heartbeat;
    private long freed;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     * @param heartbeat called now and then
     */
    public SetDeletion(OpenRepository repository, ClusterLayout layout, Runnable heartbeat) {
        this.repository = repository;
        this.layout = layout;
        this.heartbeat = heartbeat;
    }

    /**
     * Deletes a set.
     *
     * @param label of the set; its retire record exists
     * @return bytes of the objects that are gone
     */
    public long delete(BackupLabel label) {
        SetLayout set = layout.set(label);
        repository.delete(List.of(layout.record(label)));
        deleteBelow(set.manifest());
        deleteBelow(set.bundles());
        deleteBelow(set.root());
        deleteBelow(layout.verifications(label));
        return freed;
    }

    /**
     * Deletes the last trace of a deleted set.
     *
     * @param label of the set; no lease names it any more
     */
    public void forget(BackupLabel label) {
        repository.delete(List.of(layout.retirement(label)));
    }

    private void deleteBelow(ObjectPrefix prefix) {
        heartbeat.run();
        Listing listing = repository.list(prefix);
        listing.prefixes().forEach(this::deleteBelow);
        List<ObjectKey> keys = listing.objects().stream().map(ObjectInfo::key).toList();
        repository.delete(keys);
        freed += listing.objects().stream().mapToLong(ObjectInfo::size).sum();
    }
}
