package io.pgbackup.core.engine.verify;

import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The bundles that a set's manifest names, each with the last frame in it, to be compared with what is stored. For one thread. */
final class StoredBundles {
    private final OpenRepository repository;
    private final SetLayout set;
    private final Map<Integer, FrameRef> last = new TreeMap<>();

    StoredBundles(OpenRepository repository, SetLayout set) {
        this.repository = repository;
        this.set = set;
    }

    void note(ManifestEntry.File file) {
        for (FrameRef frame : file.map().frames()) {
            last.merge(frame.bundle().sequence(), frame, (one, other) -> one.offset() > other.offset() ? one : other);
        }
    }

    Collection<FrameRef> lastFrames() {
        return last.values();
    }

    /** Compares with one listing for a thousand bundles; what nothing refers to is handed to the stranger's consumer. */
    void compare(Findings findings, io.pgbackup.BackupLabel label, Consumer<ObjectKey> stranger) {
        Map<ObjectKey, Long> stored = new HashMap<>();
        for (ObjectPrefix prefix : repository.list(set.bundles()).prefixes()) {
            for (ObjectInfo object : repository.list(prefix).objects()) {
                stored.put(object.key(), object.size());
            }
        }
        last.forEach((sequence, frame) -> {
            ObjectKey key = set.bundle(sequence);
            findings.needing(label, key, () -> requireWhole(key, stored.remove(key), frame));
        });
        stored.keySet().stream().sorted().forEach(stranger);
    }

    private void requireWhole(ObjectKey key, @org.jspecify.annotations.Nullable Long size, FrameRef frame) {
        if (size == null) {
            throw repository.missing(key);
        }
        if (size < frame.offset() + frame.stored()) {
            throw repository.malformed(key, new IllegalArgumentException("the bundle is cut off"));
        }
    }
}
