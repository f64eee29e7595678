package io.pgbackup.core.repository.set;

import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.HashMap;
import java.util.Map;

/** The bundles of one set as the store lists them: one listing for as many as share a prefix. For one thread. */
final class StoredBundles {
    private final OpenRepository repository;
    private final SetLayout set;
    private final Map<ObjectPrefix, Map<ObjectKey, Long>> sizes = new HashMap<>();

    StoredBundles(OpenRepository repository, SetLayout set) {
        this.repository = repository;
        this.set = set;
    }

    /**
     * Whether bundles are there and long enough.
     *
     * @param ends by number of the bundle, the end of the last frame that is needed of it
     */
    boolean hold(Map<Integer, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> size(end.getKey()) >= end.getValue());
    }

    private long size(int sequence) {
        return sizes.computeIfAbsent(set.bundlesAround(sequence), this::list).getOrDefault(set.bundle(sequence), -1L);
    }

    private Map<ObjectKey, Long> list(ObjectPrefix prefix) {
        Map<ObjectKey, Long> listed = new HashMap<>();
        for (ObjectInfo object : repository.list(prefix).objects()) {
            listed.put(object.key(), object.size());
        }
        return listed;
    }
}
