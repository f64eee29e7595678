package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bundles that a set stores or has adopted, each with the last frame of it that its manifest names, to be compared with what is there. For one thread.
 */
final class NamedBundles {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Map<BackupLabel, Map<Integer, FrameRef>> last = new TreeMap<>();

    NamedBundles(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    void note(BackupLabel owner, Stream<FrameRef> frames) {
        Map<Integer, FrameRef> ofOwner = last.computeIfAbsent(owner, label -> new TreeMap<>());
        frames.forEach(frame -> ofOwner.merge(
                frame.bundle().sequence(), frame, (one, other) -> one.offset() > other.offset() ? one : other));
    }

    void forEachLast(BiConsumer<BackupLabel, FrameRef> consumer) {
        last.forEach((owner, frames) -> frames.values().forEach(frame -> consumer.accept(owner, frame)));
    }

    /** Compares with one listing for a thousand bundles; what the set itself stores and does not refer to is handed to the stranger's consumer. */
    void compare(Findings findings, BackupLabel label, Consumer<ObjectKey> stranger) {
        last.computeIfAbsent(label, own -> new TreeMap<>());
        last.forEach((owner, frames) -> {
            Map<ObjectKey, Long> stored = stored(owner);
            frames.forEach((sequence, frame) -> {
                ObjectKey key = layout.set(owner).bundle(sequence);
                findings.needing(label, key, () -> requireWhole(key, stored.remove(key), frame));
            });
            if (owner.equals(label)) {
                stored.keySet().stream().sorted().forEach(stranger);
            }
        });
    }

    private Map<ObjectKey, Long> stored(BackupLabel owner) {
        Map<ObjectKey, Long> stored = new HashMap<>();
        for (ObjectPrefix prefix : repository.list(layout.set(owner).bundles()).prefixes()) {
            for (ObjectInfo object : repository.list(prefix).objects()) {
                stored.put(object.key(), object.size());
            }
        }
        return stored;
    }

    private void requireWhole(ObjectKey key, @Nullable Long size, FrameRef frame) {
        if (size == null) {
            throw repository.missing(key);
        }
        if (size < frame.offset() + frame.stored()) {
            throw repository.malformed(key, new IllegalArgumentException("the bundle is cut off"));
        }
    }
}
