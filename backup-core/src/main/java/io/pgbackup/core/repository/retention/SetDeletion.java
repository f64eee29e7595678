package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.List;

/**
 * Deletes retired sets: commit record, manifest, data. Killed in between, it can be done again: the set is no longer listed from the first step on. The
 * retire record stays for as long as a lease names the label, because it tells that the label was settled. For one call.
 */
final class SetDeletion {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Runnable heartbeat;
    private long freed;

    SetDeletion(OpenRepository repository, ClusterLayout layout, Runnable heartbeat) {
        this.repository = repository;
        this.layout = layout;
        this.heartbeat = heartbeat;
    }

    /** Deletes a committed set; its retire record exists. */
    void delete(BackupLabel label) {
        repository.delete(List.of(layout.record(label)));
        deleteData(label);
    }

    /** Deletes the data of an aborted set; its retire record exists. Both records stay for good: its holder may still be alive. */
    void deleteData(BackupLabel label) {
        SetLayout set = layout.set(label);
        deleteBelow(set.manifest());
        deleteBelow(set.bundles());
        deleteBelow(set.root());
        deleteBelow(layout.pins(label));
        deleteBelow(layout.verifications(label));
    }

    /** Deletes a commit record without data. */
    void deleteGhost(BackupLabel label) {
        repository.delete(List.of(layout.record(label)));
    }

    /** Deletes the last trace of a deleted set; no lease names it any more. */
    void forget(BackupLabel label) {
        repository.delete(List.of(layout.retirement(label)));
    }

    /** Bytes of the objects that are gone. */
    long freed() {
        return freed;
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
