package io.pgbackup.core.repository;

import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The clock by which the store dates its objects, read from an object made for it: the ages of objects are judged by no other. Safe for use by many
 * threads.
 */
public final class StoreClock {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * The clock of a repository's store.
     *
     * @param repository where
     * @param layout of the cluster under whose name the object is made
     */
    public StoreClock(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Reads the clock.
     *
     * @return the store's time
     */
    public Instant instant() {
        ObjectKey probe = layout.root().key("check/clock-" + UUID.randomUUID());
        repository.createRecord(probe, HeaderKind.JOB, new byte[0]);
        try {
            return repository.stat(probe).map(ObjectInfo::created).orElseThrow(() -> repository.missing(probe));
        } finally {
            repository.delete(List.of(probe));
        }
    }
}
